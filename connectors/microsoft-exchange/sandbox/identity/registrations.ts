/** One client secret of an app registration; `expiresAt` in milliseconds. */
export type ClientSecret = { readonly value: string; readonly expiresAt?: number };

/** One app registration of the sandbox tenant. */
export type AppRegistration = {
  readonly name: string;
  readonly clientId: string;
  readonly secrets: readonly ClientSecret[];
  /** PEM certificates whose private key may sign client assertions. */
  readonly certificates: string[];
  /** Application permissions asked for, per resource; granted only with `consented`. */
  readonly roles: { readonly graph: readonly string[]; readonly exchange: readonly string[] };
  /** Delegated permissions asked for, per resource; granted only with `consented`. */
  readonly scopes: { readonly graph: readonly string[]; readonly exchange: readonly string[] };
  consented: boolean;
  /** A public client authenticates with neither secret nor certificate. */
  readonly isPublic: boolean;
  /** Redirect addresses besides those on localhost and 127.0.0.1, which are taken on every port and path. */
  readonly redirectUris: readonly string[];
  /** Mailboxes its application tokens reach, by an application access policy; absent: all. */
  readonly mailboxes?: readonly string[];
};

/** Application permissions of Microsoft Graph that the mail and calendar round needs. */
export const GRAPH_ROLES = [
  "Calendars.ReadWrite",
  "Contacts.ReadWrite",
  "Group.ReadWrite.All",
  "Mail.ReadWrite",
  "Mail.Send",
  "MailboxFolder.ReadWrite.All",
  "MailboxSettings.ReadWrite",
  "People.Read.All",
  "Place.Read.All",
  "Reports.Read.All",
  "Tasks.ReadWrite.All",
  "User.Read.All",
  "User.ReadWrite.All",
] as const;

/** Application permissions of Office 365 Exchange Online. */
export const EXCHANGE_ROLES = ["full_access_as_app", "SMTP.SendAsApp", "IMAP.AccessAsApp"] as const;

/** Delegated permissions of Microsoft Graph. */
export const GRAPH_SCOPES = [
  "Calendars.ReadWrite",
  "Calendars.ReadWrite.Shared",
  "Contacts.ReadWrite",
  "Contacts.ReadWrite.Shared",
  "Group.ReadWrite.All",
  "Mail.ReadWrite",
  "Mail.ReadWrite.Shared",
  "Mail.Send",
  "Mail.Send.Shared",
  "MailboxSettings.ReadWrite",
  "People.Read.All",
  "Place.Read.All",
  "Reports.Read.All",
  "Tasks.ReadWrite",
  "User.Read",
  "User.ReadWrite.All",
] as const;

/** Delegated permissions of Office 365 Exchange Online. */
export const EXCHANGE_SCOPES = ["EWS.AccessAsUser.All", "SMTP.Send", "IMAP.AccessAsUser.All"] as const;

const ALL = {
  roles: { graph: GRAPH_ROLES, exchange: EXCHANGE_ROLES },
  scopes: { graph: GRAPH_SCOPES, exchange: EXCHANGE_SCOPES },
} as const;
const NONE = { graph: [], exchange: [] } as const;
const SECRET = "sandbox-client-secret";

/** Client ids of the registrations by what they are good for. */
export const CLIENT_IDS = {
  /** Every permission, consented: the registration the sandbox prints. */
  full: "5a4d1c00-0000-4000-8000-000000000001",
  /** Asks for everything, nobody consented: AADSTS65001, empty roles. */
  unconsented: "5a4d1c00-0000-4000-8000-000000000002",
  /** Consented, but only Mail.Read on Graph: calendar, contacts and EWS are refused. */
  mailReader: "5a4d1c00-0000-4000-8000-000000000003",
  /** Its only secret has expired: AADSTS7000222. */
  expiredSecret: "5a4d1c00-0000-4000-8000-000000000004",
  /** Public client (device or desktop): no secret; user flows only. */
  publicClient: "5a4d1c00-0000-4000-8000-000000000005",
  /** Consented without any application permission: its app-only tokens carry no roles. */
  noRoles: "5a4d1c00-0000-4000-8000-000000000006",
  /** Every permission, but an application access policy lets it into bob's mailbox alone. */
  bobOnly: "5a4d1c00-0000-4000-8000-000000000007",
} as const;

/** The secret of every confidential registration. */
export const CLIENT_SECRET = SECRET;

/** The app registrations of a new tenant; a fresh copy each time, because consent and certificates change. */
export function defaultRegistrations(): AppRegistration[] {
  const base = { certificates: [], consented: true, isPublic: false, redirectUris: [] as string[] };
  const secrets = [{ value: SECRET }];
  return [
    { ...base, ...ALL, name: "Sandbox connector", clientId: CLIENT_IDS.full, secrets, certificates: [] },
    {
      ...base,
      ...ALL,
      name: "Nobody consented",
      clientId: CLIENT_IDS.unconsented,
      secrets,
      certificates: [],
      consented: false,
    },
    {
      ...base,
      name: "Mail reader",
      clientId: CLIENT_IDS.mailReader,
      secrets,
      certificates: [],
      roles: { graph: ["Mail.Read"], exchange: [] },
      scopes: { graph: ["Mail.Read", "User.Read"], exchange: [] },
    },
    {
      ...base,
      ...ALL,
      name: "Expired secret",
      clientId: CLIENT_IDS.expiredSecret,
      secrets: [{ value: SECRET, expiresAt: Date.UTC(2024, 0, 1) }],
      certificates: [],
    },
    {
      ...base,
      ...ALL,
      name: "Public client",
      clientId: CLIENT_IDS.publicClient,
      secrets: [],
      certificates: [],
      isPublic: true,
    },
    {
      ...base,
      name: "No application roles",
      clientId: CLIENT_IDS.noRoles,
      secrets,
      certificates: [],
      roles: NONE,
      scopes: ALL.scopes,
    },
    {
      ...base,
      ...ALL,
      name: "Bob's mailbox only",
      clientId: CLIENT_IDS.bobOnly,
      secrets,
      certificates: [],
      mailboxes: ["bob@sandbox.example"],
    },
  ];
}
