import type { EwsColumn } from "../../ews/binding.ts";
import { binary, choice, entry, flag, nth, part, special, text, time } from "./ews-makers.ts";

const stored = { stored: true } as const;
const directory = { since: "Exchange2010_SP2", local: true, nowhere: "It comes from the directory." } as const;

const completeName = [
  "Title",
  "FirstName",
  "MiddleName",
  "LastName",
  "Suffix",
  "Initials",
  "FullName",
  "Nickname",
  "YomiFirstName",
  "YomiLastName",
].map((member) => part(`CompleteName_${member}`, "contacts:CompleteName", [member], "text", { readOnly: true }));

const email = (n: number) => entry(`EmailAddress${n}`, "contacts:EmailAddress", "EmailAddresses", `EmailAddress${n}`);
const im = (n: number) => entry(`ImAddress${n}`, "contacts:ImAddress", "ImAddresses", `ImAddress${n}`);

const addressParts = [
  ["Street", "Street"],
  ["City", "City"],
  ["State", "State"],
  ["Country", "CountryOrRegion"],
  ["PostalCode", "PostalCode"],
] as const;
const addresses = ["Business", "Home", "Other"].flatMap((key) =>
  addressParts.map(([name, below]) =>
    entry(`${key}Address_${name}`, `contacts:PhysicalAddress:${below}`, "PhysicalAddresses", key, { below }),
  ),
);

const phones = [
  "AssistantPhone",
  "BusinessFax",
  "BusinessPhone",
  "BusinessPhone2",
  "Callback",
  "CarPhone",
  "CompanyMainPhone",
  "HomeFax",
  "HomePhone",
  "HomePhone2",
  "Isdn",
  "MobilePhone",
  "OtherFax",
  "OtherTelephone",
  "Pager",
  "PrimaryPhone",
  "RadioPhone",
  "Telex",
  "TtyTddPhone",
].map((key) => entry(key, "contacts:PhoneNumber", "PhoneNumbers", key));

const certificates = (name: string): EwsColumn =>
  special(
    name,
    "string",
    `contacts:${name}`,
    { from: "list", group: [name, "Base64Binary"], leaf: [] },
    {
      item: true,
      since: "Exchange2010_SP2",
      nowhere: "It comes from the directory.",
      describe: "Certificates, base64, separated by semicolons.",
    },
  );

/** How FileAs is made of the names (FileAsMappingType). */
export const fileAsMappings = [
  "None",
  "LastCommaFirst",
  "FirstSpaceLast",
  "Company",
  "LastCommaFirstCompany",
  "CompanyLastFirst",
  "LastFirst",
  "LastFirstCompany",
  "CompanyLastCommaFirst",
  "LastFirstSuffix",
  "LastSpaceFirstCompany",
  "CompanyLastSpaceFirst",
  "LastSpaceFirst",
  "DisplayName",
  "FirstName",
  "LastFirstMiddleSuffix",
  "LastName",
  "Empty",
] as const;

/** Names, addresses and phones of a contact. */
export const contactProperties: readonly EwsColumn[] = [
  text("FileAs", "contacts:FileAs", stored),
  text("FileAsMapping", "contacts:FileAsMapping", { local: true, allowed: fileAsMappings }),
  text("DisplayName", "contacts:DisplayName", stored),
  text("GivenName", "contacts:GivenName", stored),
  text("Initials", "contacts:Initials", stored),
  text("MiddleName", "contacts:MiddleName", stored),
  text("Nickname", "contacts:Nickname", stored),
  ...completeName,
  text("CompanyName", "contacts:CompanyName", stored),
  email(1),
  email(2),
  email(3),
  ...addresses,
  ...phones,
  text("AssistantName", "contacts:AssistantName", stored),
  // A day kept as an instant of some time zone: compared here.
  time("Birthday", "contacts:Birthday", { local: true }),
  text("BusinessHomePage", "contacts:BusinessHomePage", stored),
  nth("Children_1", "contacts:Children", 1),
  nth("Children_2", "contacts:Children", 2),
  nth("Children_3", "contacts:Children", 3),
  nth("Companies_1", "contacts:Companies", 1),
  nth("Companies_2", "contacts:Companies", 2),
  nth("Companies_3", "contacts:Companies", 3),
  text("ContactSource", "contacts:ContactSource", {
    local: true,
    allowed: ["ActiveDirectory", "Store"],
    nowhere: "Exchange sets it.",
  }),
  text("Department", "contacts:Department", stored),
  text("Generation", "contacts:Generation", stored),
  im(1),
  im(2),
  im(3),
  text("JobTitle", "contacts:JobTitle", stored),
  text("Manager", "contacts:Manager", stored),
  text("Mileage", "contacts:Mileage", stored),
  text("OfficeLocation", "contacts:OfficeLocation", stored),
  choice("PostalAddressIndex", "contacts:PostalAddressIndex", ["None", "Business", "Home", "Other"], [], {
    local: true,
  }),
  text("Profession", "contacts:Profession", stored),
  text("SpouseName", "contacts:SpouseName", stored),
  text("Surname", "contacts:Surname", stored),
  time("WeddingAnniversary", "contacts:WeddingAnniversary", { local: true }),
];

/** What Exchange 2010 and later added. */
export const laterContactProperties: readonly EwsColumn[] = [
  flag("HasPicture", "contacts:HasPicture", { since: "Exchange2010", nowhere: "Exchange computes it." }),
  text("PhoneticFullName", "contacts:PhoneticFullName", directory),
  text("PhoneticFirstName", "contacts:PhoneticFirstName", directory),
  text("PhoneticLastName", "contacts:PhoneticLastName", directory),
  text("Alias", "contacts:Alias", directory),
  text("Notes", "contacts:Notes", { ...directory, item: true }),
  binary("Photo", "contacts:Photo", { item: true, since: "Exchange2010_SP2", nowhere: "It comes from the directory." }),
  certificates("UserSMIMECertificate"),
  certificates("MSExchangeCertificate"),
  { ...text("DirectoryId", "contacts:DirectoryId", directory), type: "id" },
  special(
    "ManagerMailbox",
    "string",
    "contacts:ManagerMailbox",
    { from: "text", at: ["ManagerMailbox", "Mailbox", "EmailAddress"], as: "text" },
    { item: true, since: "Exchange2010_SP2", nowhere: "It comes from the directory." },
  ),
  special(
    "DirectReports",
    "string",
    "contacts:DirectReports",
    { from: "list", group: ["DirectReports", "Mailbox"], leaf: ["EmailAddress"] },
    {
      item: true,
      since: "Exchange2010_SP2",
      nowhere: "It comes from the directory.",
      describe: "Addresses of direct reports, separated by semicolons.",
    },
  ),
];
