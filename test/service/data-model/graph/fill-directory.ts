import { alice } from "../../support/stand.ts";
import type { WalkContext } from "../support/walk.ts";

const day = "2026-01-02T00:00:00Z";

/** What a directory tells of a user who came from a directory of the premises. */
const synchronised = {
  onPremisesDomainName: "sandbox.example",
  onPremisesLastSyncDateTime: day,
  onPremisesSamAccountName: "alice",
  onPremisesSecurityIdentifier: "S-1-5-21-1-2-3-1001",
  onPremisesSyncEnabled: true,
  securityIdentifier: "S-1-12-1-1-2-3-4",
};

const address = {
  street: "Via Roma 1",
  city: "Milano",
  state: "MI",
  countryOrRegion: "Italy",
  postalCode: "20100",
};

/** Days and products of reports that the sandbox has no use of itself. */
const usage = {
  "Deleted Date": "2026-01-03",
  "Last Activation Date": "2026-01-04",
  "Last Activated Date": "2026-01-04",
  "OneDrive Last Activity Date": "2026-01-05",
  "SharePoint Last Activity Date": "2026-01-05",
  "Skype For Business Last Activity Date": "2026-01-05",
  "Yammer Last Activity Date": "2026-01-05",
  "Teams Last Activity Date": "2026-01-05",
  "OneDrive License Assign Date": "2026-01-06",
  "SharePoint License Assign Date": "2026-01-06",
  "Skype For Business License Assign Date": "2026-01-06",
  "Yammer License Assign Date": "2026-01-06",
  "Teams License Assign Date": "2026-01-06",
  "State Change Date": "2026-01-07",
  "Peer-to-peer Last Activity Date": "2026-01-08",
  "Organized Conference Last Activity Date": "2026-01-08",
  "Participated Conference Last Activity Date": "2026-01-08",
};

const used = (value: string | number, ...products: readonly string[]) =>
  Object.fromEntries(products.map((product) => [product, value]));

const mailApps = used(
  "Yes",
  "Mail For Mac",
  "Outlook For Mac",
  "Outlook For Windows",
  "Outlook For Mobile",
  "Other For Mobile",
  "Outlook For Web",
  "POP3 App",
  "IMAP4 App",
  "SMTP App",
);
const officeApps = used("Yes", "Mobile", "Web", "Outlook", "Word", "Excel", "PowerPoint", "OneNote", "Teams");
const activations = used(1, "Windows", "Mac", "Windows 10 Mobile", "iOS", "Android");

/** Gives a user, a group, rooms and their list what only an administrator or another product can give them. */
export function fillDirectory({ stand }: WalkContext): void {
  const { organisation } = stand.sandbox;
  const user = organisation.account(alice);
  if (user === undefined) throw new Error(`${alice} has no account`);
  user.usage = { ...usage, ...mailApps, ...officeApps, ...activations };
  user.directory = {
    ...synchronised,
    mobilePhone: "+39 333 1",
    officeLocation: "Milano 3",
    preferredLanguage: "it-IT",
    deletedDateTime: day,
    creationType: "Invitation",
    externalUserState: "Accepted",
    externalUserStateChangeDateTime: day,
    isResourceAccount: false,
    lastPasswordChangeDateTime: day,
    legalAgeGroupClassification: "adult",
    onPremisesDistinguishedName: "CN=Alice,DC=sandbox,DC=example",
    onPremisesUserPrincipalName: alice,
    signInSessionsValidFromDateTime: day,
  };
  organisation.addList({
    address: "everyone@sandbox.example",
    displayName: "Everyone",
    kind: "group",
    members: [alice],
    usage: { "Deleted Date": "2026-01-03", "Last Activity Date": "2026-01-05", "Owner Principal Name": alice },
    directory: {
      ...synchronised,
      onPremisesNetBiosName: "SANDBOX",
      deletedDateTime: day,
      expirationDateTime: day,
      renewedDateTime: day,
      hasMembersWithLicenseErrors: false,
      unseenCount: 3,
    },
  });
  for (const room of organisation.accounts.filter(({ kind }) => kind === "room"))
    room.directory = {
      building: "1",
      floorNumber: 3,
      floorLabel: "Third",
      label: "Room",
      capacity: 12,
      audioDeviceName: "Speaker",
      videoDeviceName: "Camera",
      displayDeviceName: "Screen",
      address,
      geoCoordinates: { latitude: 45.5, longitude: 9.25 },
    };
  for (const list of organisation.lists.filter(({ kind }) => kind === "roomList"))
    list.directory = { address, phone: "+39 02 1" };
}
