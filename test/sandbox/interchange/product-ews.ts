import { joinList, parseList } from "../../../connectors/microsoft-exchange/mime/list-values.ts";
import type { Client } from "../../service/support/client.ts";
import { day, instant, type Side } from "./side.ts";
import { type Specimen, titleField } from "./specimens.ts";

type Fields = Specimen["fields"];
type Row = Record<string, unknown>;
interface Person {
  readonly name: string;
  readonly address: string;
}
type Place = Readonly<Record<"street" | "city" | "state" | "country" | "postalCode", string>>;

const tables = { message: "Drafts", event: "Calendar", contact: "Contacts", task: "Tasks" } as const;

/** Columns that hold a field as it is. */
const plain: Readonly<Record<Specimen["kind"], Readonly<Record<string, string>>>> = {
  message: {
    subject: "Subject",
    body: "Body",
    importance: "Importance",
    isRead: "IsRead",
    isReadReceiptRequested: "IsReadReceiptRequested",
    isDeliveryReceiptRequested: "IsDeliveryReceiptRequested",
  },
  event: {
    subject: "Subject",
    body: "Body",
    isAllDay: "IsAllDayEvent",
    location: "Location",
    showAs: "LegacyFreeBusyStatus",
    importance: "Importance",
    isReminderSet: "ReminderIsSet",
    reminderMinutes: "ReminderMinutesBeforeStart",
    allowNewTimes: "AllowNewTimeProposal",
  },
  contact: {
    displayName: "DisplayName",
    givenName: "GivenName",
    middleName: "MiddleName",
    surname: "Surname",
    initials: "Initials",
    nickname: "Nickname",
    companyName: "CompanyName",
    department: "Department",
    jobTitle: "JobTitle",
    office: "OfficeLocation",
    manager: "Manager",
    assistantName: "AssistantName",
    profession: "Profession",
    spouseName: "SpouseName",
    generation: "Generation",
    homePage: "BusinessHomePage",
    notes: "Body",
    fileAs: "FileAs",
    mileage: "Mileage",
  },
  task: {
    subject: "Subject",
    body: "Body",
    importance: "Importance",
    status: "Status",
    percentComplete: "PercentComplete",
    isReminderSet: "ReminderIsSet",
    totalWork: "TotalWork",
    actualWork: "ActualWork",
    billing: "BillingInformation",
    mileage: "Mileage",
  },
};

const placeParts = {
  street: "Street",
  city: "City",
  state: "State",
  country: "Country",
  postalCode: "PostalCode",
} as const;

interface Column {
  readonly field: string;
  write(fields: Fields): Row;
  read(record: Row): unknown;
}

const list = (value: unknown): string[] => (typeof value === "string" ? (parseList(value) ?? []) : []);

const recipients = (field: string, column: string): Column => ({
  field,
  write: (fields) => {
    const people = fields[field] as readonly Person[];
    return people.length === 0
      ? {}
      : {
          [`${column}_Name`]: joinList(people.map(({ name }) => name)),
          [`${column}_EmailAddress`]: joinList(people.map(({ address }) => address)),
        };
  },
  read: (record) => {
    const names = list(record[`${column}_Name`]);
    return list(record[`${column}_EmailAddress`]).map((address, at) => ({ name: names[at], address }));
  },
});

const attendees = (field: string, column: string): Column => ({
  field,
  write: () => ({}),
  read: (record) =>
    ((record[column] as readonly { Name: string; EmailAddress: string }[] | null) ?? []).map((one) => ({
      name: one.Name,
      address: one.EmailAddress,
    })),
});

const categories: Column = {
  field: "categories",
  write: (fields) => {
    const names = fields["categories"] as string[];
    return names.length === 0 ? {} : { Categories: joinList(names) };
  },
  read: (record) => list(record["Categories"]),
};

const time = (field: string, column: string): Column => ({
  field,
  write: (fields) => ({ [column]: fields[field] }),
  read: (record) => instant(record[column]),
});

const date = (field: string, column: string): Column => ({
  field,
  write: (fields) => ({ [column]: `${String(fields[field])}T00:00:00Z` }),
  read: (record) => day(record[column]),
});

/** Values in columns numbered from 1. */
const numbered = (field: string, column: string): Column => ({
  field,
  write: (fields) =>
    Object.fromEntries((fields[field] as string[]).map((value, at) => [`${column}${at + 1}`, value] as const)),
  read: (record) =>
    [1, 2, 3].map((place) => record[`${column}${place}`]).filter((value) => value !== null && value !== undefined),
});

const addresses: Column = {
  field: "addresses",
  write: (fields) => {
    const row: Row = {};
    for (const [kind, place] of Object.entries(fields["addresses"] as Record<string, Place>))
      for (const [part, column] of Object.entries(placeParts))
        row[`${kind}Address_${column}`] = place[part as keyof Place];
    return row;
  },
  read: (record) =>
    Object.fromEntries(
      ["Business", "Home", "Other"].map((kind) => [
        kind,
        Object.fromEntries(
          Object.entries(placeParts).map(([part, column]) => [part, record[`${kind}Address_${column}`]]),
        ),
      ]),
    ),
};

const phoneKeys =
  "AssistantPhone BusinessFax BusinessPhone BusinessPhone2 Callback CarPhone CompanyMainPhone HomeFax HomePhone HomePhone2 Isdn MobilePhone OtherFax OtherTelephone Pager PrimaryPhone RadioPhone Telex TtyTddPhone".split(
    " ",
  );

const phones = (field: string, keys: readonly string[]): Column => ({
  field,
  write: (fields) => fields[field] as Row,
  read: (record) => Object.fromEntries(keys.map((key) => [key, record[key]])),
});

const special: Readonly<Record<Specimen["kind"], readonly Column[]>> = {
  message: [
    {
      field: "bodyType",
      write: (fields) => ({ BodyType: fields["bodyType"] === "html" ? "HTML" : "Text" }),
      read: (record) => String(record["BodyType"]).toLowerCase(),
    },
    categories,
    recipients("to", "ToRecipients"),
    recipients("cc", "CcRecipients"),
    recipients("bcc", "BccRecipients"),
    { field: "attachments", write: () => ({}), read: (record) => record["attachments"] },
  ],
  event: [
    categories,
    time("start", "Start"),
    time("end", "End"),
    attendees("required", "RequiredAttendees"),
    attendees("optional", "OptionalAttendees"),
  ],
  contact: [
    categories,
    date("birthday", "Birthday"),
    date("wedding", "WeddingAnniversary"),
    numbered("children", "Children_"),
    numbered("companies", "Companies_"),
    numbered("emails", "EmailAddress"),
    addresses,
    phones("phones", phoneKeys),
    phones("commonPhones", ["BusinessPhone", "BusinessPhone2", "HomePhone", "HomePhone2", "MobilePhone"]),
  ],
  task: [
    categories,
    date("startDate", "StartDate"),
    date("dueDate", "DueDate"),
    time("reminderAt", "ReminderDueBy"),
    numbered("companies", "Companies"),
    numbered("contacts", "Contacts"),
  ],
};

const knows = (kind: Specimen["kind"]): string[] => [
  ...Object.keys(plain[kind]),
  ...special[kind].map(({ field }) => field),
];
const known = { message: knows("message"), event: knows("event"), contact: knows("contact"), task: knows("task") };

/** The service as others use it: its REST API, over a connection of schema EWS. */
export function productOverEws(client: Client, connection: string): Side {
  const run = (activity: string, body: object) => client.run(connection, activity, body);

  async function create(table: string, row: Row): Promise<string> {
    const { outcomes } = await run("create", { table, rows: [row] });
    if (outcomes[0].status !== "succeeded") throw new Error(`${table}: ${JSON.stringify(outcomes[0])}`);
    return outcomes[0].key.ItemId as string;
  }

  async function attach(itemId: string, files: readonly Row[]): Promise<void> {
    for (const { name, contentType, content } of files)
      await run("execute", {
        procedure: "CreateAttachments",
        input: { ItemId: itemId, FileName: name, Content: content, ContentType: contentType },
      });
  }

  async function invite(itemId: string, fields: Fields): Promise<void> {
    for (const [field, table] of [
      ["required", "Calendar_RequiredAttendees"],
      ["optional", "Calendar_OptionalAttendees"],
    ] as const)
      for (const { name, address } of fields[field] as readonly Person[])
        await create(table, { ItemId: itemId, EmailAddress: address, Name: name });
  }

  async function files(record: Row): Promise<readonly Row[]> {
    const found = (record["Attachments"] as readonly { AttachmentId: string }[] | null) ?? [];
    if (found.length === 0) return [];
    const ids = found.map(({ AttachmentId }) => AttachmentId).join(";");
    const { results } = await run("execute", { procedure: "GetAttachment", input: { AttachmentIds: ids } });
    return (results as Row[]).map((one) => ({
      name: one["Name"],
      contentType: one["ContentType"],
      content: one["Content"],
    }));
  }

  return {
    name: "the product over EWS",
    writes: known,
    reads: known,
    async write({ kind, fields }) {
      const row: Row = {};
      for (const [field, column] of Object.entries(plain[kind])) row[column] = fields[field];
      for (const column of special[kind]) Object.assign(row, column.write(fields));
      const itemId = await create(tables[kind], row);
      if (kind === "message") await attach(itemId, fields["attachments"] as readonly Row[]);
      if (kind === "event") await invite(itemId, fields);
    },
    async read(kind, title) {
      const column = plain[kind][titleField({ kind, fields: {} })];
      const { records } = await run("query", { table: tables[kind], where: { column, operator: "=", value: title } });
      if (records.length !== 1) throw new Error(`${records.length} records of ${kind} ${title}`);
      const record: Row = { ...records[0] };
      if (kind === "message") record["attachments"] = await files(record);
      return {
        ...Object.fromEntries(Object.entries(plain[kind]).map(([field, name]) => [field, record[name]])),
        ...Object.fromEntries(special[kind].map((one) => [one.field, one.read(record)])),
      };
    },
  };
}
