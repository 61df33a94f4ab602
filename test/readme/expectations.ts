import { expect } from "vitest";

const has = (members: object): unknown => expect.objectContaining(members);
const some = (...items: readonly unknown[]): unknown => expect.arrayContaining([...items]);
const passed = has({ status: "succeeded", steps: some(has({ id: "permission", status: "passed" })) });
const written = (count: number): unknown =>
  has({ summary: { succeeded: count, failed: 0, notAttempted: 0, indeterminate: 0 } });
const recordsLike = (...records: readonly unknown[]): unknown => has({ records });
const received = {
  Subject: expect.any(String),
  DateTimeReceived: expect.stringMatching(/Z$/),
  IsRead: expect.any(Boolean),
};

/** What the client's blocks of the README answer, line by line: JSON as values, other text as it is. */
export const expectations: Readonly<Record<string, readonly unknown[]>> = {
  "Create connections": [
    has({ name: "onprem", properties: has({ User: "alice@sandbox.example", Password: { isSet: true } }) }),
  ],
  "Create connections 2": [has({ name: "cloud", properties: has({ OAuthClientSecret: { isSet: true } }) })],
  "Test a connection": [passed, passed],
  Query: [
    has({ name: "Inbox", columns: some(has({ name: "Subject", type: "string" })) }),
    recordsLike(received, received, received),
    recordsLike(has({ subject: "RE: Invoice 2026-017" }), has({ subject: "Invoice 2026-017" })),
  ],
  Stream: [
    { type: "columns", columns: [has({ name: "Subject" }), has({ name: "IsRead" })] },
    ...Array.from({ length: 6 }, () => ({ type: "record", record: has({ IsRead: expect.any(Boolean) }) })),
    { type: "end", count: 6 },
    "displayName,companyName",
    "Carla Costa,Costa Paper Ltd",
    "David Dunn,Dunn Logistics",
  ],
  Explain: [has({ pushdown: expect.anything(), residual: expect.anything(), calls: [has({ operation: "FindItem" })] })],
  "Create, update, delete": [
    written(1),
    written(1),
    recordsLike({ GivenName: "Ada", JobTitle: "Analyst" }),
    written(1),
  ],
  "Create, update, delete 2": [written(2), written(1), written(1)],
  Execute: [
    has({ items: some(has({ name: "SendMail", writes: true })) }),
    has({ results: [has({ ResponseClass: "Success" })] }),
    has({ results: [has({ Status: "Success" })] }),
  ],
  "Attachments and messages of any size": [has({ name: "README.md" }), has({ name: "again.md" })],
  "Attachments and messages of any size 2": [
    "the same",
    "# Exchange connector service",
    has({ key: has({ ItemId: expect.any(String) }) }),
  ],
  "Be told of changes": [
    has({ state: "active", kind: "pull", table: "Calendar", owners: [has({ changeTypes: ["created", "deleted"] })] }),
    { items: [], nextCursor: expect.any(String) },
  ],
  "Send as an email account": [
    has({ name: "mailer", connector: "smtp", properties: has({ OAuthClientSecret: { isSet: true } }) }),
    passed,
    has({ results: [has({ Accepted: ["bob@sandbox.example"], Rejected: [] })], warnings: [] }),
  ],
  "Give connections an alias": [
    has({ name: "Mail", connections: ["cloud"], children: [] }),
    has({ name: "Mail_onprem", parent: "Mail" }),
    has({ connectionRequested: "alias:Mail", connectionUsed: "cloud" }),
    has({ connectionRequested: "alias:Mail", connectionUsed: "onprem" }),
  ],
  "When something is wrong": [
    has({ status: 422, code: "UNKNOWN_TABLE", detail: expect.stringContaining('The nearest name is "Inbox"') }),
  ],
};
