import type { Client } from "../../service/support/client.ts";
import { day, instant, type Side } from "./side.ts";
import { type Specimen, titleField } from "./specimens.ts";

type Fields = Specimen["fields"];
type Row = Record<string, unknown>;
interface Person {
  readonly name: string;
  readonly address: string;
}

const tables = { message: "Messages", event: "Events", contact: "Contacts", task: "TodoTasks" } as const;

const plain: Readonly<Record<Specimen["kind"], Readonly<Record<string, string>>>> = {
  message: {
    subject: "subject",
    bodyType: "body_contentType",
    body: "body_content",
    categories: "categories",
    isRead: "isRead",
    isReadReceiptRequested: "isReadReceiptRequested",
    isDeliveryReceiptRequested: "isDeliveryReceiptRequested",
  },
  event: {
    subject: "subject",
    body: "body_content",
    isAllDay: "isAllDay",
    location: "location_displayName",
    categories: "categories",
    isReminderSet: "isReminderOn",
    reminderMinutes: "reminderMinutesBeforeStart",
    allowNewTimes: "allowNewTimeProposals",
  },
  contact: {
    displayName: "displayName",
    givenName: "givenName",
    middleName: "middleName",
    surname: "surname",
    initials: "initials",
    nickname: "nickName",
    companyName: "companyName",
    department: "department",
    jobTitle: "jobTitle",
    office: "officeLocation",
    manager: "manager",
    assistantName: "assistantName",
    profession: "profession",
    spouseName: "spouseName",
    generation: "generation",
    homePage: "businessHomePage",
    notes: "personalNotes",
    fileAs: "fileAs",
    children: "children",
    categories: "categories",
  },
  task: { subject: "title", body: "body_content", categories: "categories", isReminderSet: "isReminderOn" },
};

interface Column {
  readonly field: string;
  write(fields: Fields): Row;
  read(record: Row): unknown;
}

/** Choices are written alike but for their first letter. */
const word = (field: string, column: string): Column => ({
  field,
  write: (fields) => ({ [column]: wordOf(String(fields[field])) }),
  read: (record) => {
    const text = String(record[column]);
    return text === "oof" ? "OOF" : text.charAt(0).toUpperCase() + text.slice(1);
  },
});
const wordOf = (text: string): string => (text === "OOF" ? "oof" : text.charAt(0).toLowerCase() + text.slice(1));

const zoned = (field: string, column: string, shown: (text: unknown) => string | null, clock = ""): Column => ({
  field,
  write: (fields) => ({
    [`${column}_dateTime`]: `${String(fields[field])}${clock}`.replace(/Z$/, ""),
    [`${column}_timeZone`]: "UTC",
  }),
  read: (record) => shown(utc(record[`${column}_dateTime`])),
});
const utc = (text: unknown): string | null =>
  text === null ? null : /Z$/.test(String(text)) ? String(text) : `${String(text)}Z`;

const recipients = (field: string, column: string): Column => ({
  field,
  write: (fields) => ({ [column]: (fields[field] as readonly Person[]).map((emailAddress) => ({ emailAddress })) }),
  read: (record) => people(record[column]),
});
const people = (value: unknown): readonly Person[] =>
  (value as readonly { emailAddress: Person }[]).map(({ emailAddress: { name, address } }) => ({ name, address }));

const attendees = (field: string): Column => ({
  field,
  write: (fields) => ({
    attendees: ["required", "optional"].flatMap((type) =>
      (fields[type] as readonly Person[]).map((emailAddress) => ({ type, emailAddress })),
    ),
  }),
  read: (record) => people((record["attendees"] as readonly { type: string }[]).filter(({ type }) => type === field)),
});

const bodyAsText: Column = {
  field: "body",
  write: (fields) => ({ body_contentType: "text", body_content: fields["body"] }),
  read: (record) => record["body_content"],
};

const special: Readonly<Record<Specimen["kind"], readonly Column[]>> = {
  message: [
    word("importance", "importance"),
    recipients("to", "toRecipients"),
    recipients("cc", "ccRecipients"),
    recipients("bcc", "bccRecipients"),
    { field: "attachments", write: () => ({}), read: (record) => record["attachments"] },
  ],
  event: [
    bodyAsText,
    word("showAs", "showAs"),
    word("importance", "importance"),
    zoned("start", "start", instant),
    zoned("end", "end", instant),
    attendees("required"),
    attendees("optional"),
  ],
  contact: [
    {
      field: "birthday",
      write: (fields) => ({ birthday: `${String(fields["birthday"])}T00:00:00Z` }),
      read: (record) => day(record["birthday"]),
    },
    {
      field: "emails",
      write: (fields) => ({
        emailAddresses: (fields["emails"] as string[]).map((address) => ({ address, name: address })),
      }),
      read: (record) => (record["emailAddresses"] as readonly Person[]).map(({ address }) => address),
    },
    {
      field: "addresses",
      write: (fields) => {
        const row: Row = {};
        for (const [kind, place] of Object.entries(fields["addresses"] as Record<string, Row>))
          for (const [part, column] of Object.entries(placeParts))
            row[`${kind.toLowerCase()}Address_${column}`] = place[part];
        return row;
      },
      read: (record) =>
        Object.fromEntries(
          ["Business", "Home", "Other"].map((kind) => [
            kind,
            Object.fromEntries(
              Object.entries(placeParts).map(([part, column]) => [
                part,
                record[`${kind.toLowerCase()}Address_${column}`],
              ]),
            ),
          ]),
        ),
    },
    {
      field: "commonPhones",
      write: (fields) => {
        const numbers = fields["commonPhones"] as Readonly<Record<string, string>>;
        return {
          businessPhones: [numbers["BusinessPhone"], numbers["BusinessPhone2"]],
          homePhones: [numbers["HomePhone"], numbers["HomePhone2"]],
          mobilePhone: numbers["MobilePhone"],
        };
      },
      read: (record) => {
        const [BusinessPhone, BusinessPhone2] = record["businessPhones"] as string[];
        const [HomePhone, HomePhone2] = record["homePhones"] as string[];
        return { BusinessPhone, BusinessPhone2, HomePhone, HomePhone2, MobilePhone: record["mobilePhone"] };
      },
    },
  ],
  task: [
    bodyAsText,
    word("importance", "importance"),
    word("status", "status"),
    zoned("startDate", "startDateTime", day, "T00:00:00"),
    zoned("dueDate", "dueDateTime", day, "T00:00:00"),
    zoned("reminderAt", "reminderDateTime", instant),
  ],
};
const placeParts = {
  street: "street",
  city: "city",
  state: "state",
  country: "countryOrRegion",
  postalCode: "postalCode",
} as const;

const knows = (kind: Specimen["kind"]): string[] => [
  ...new Set([...Object.keys(plain[kind]), ...special[kind].map(({ field }) => field)]),
];
const known = { message: knows("message"), event: knows("event"), contact: knows("contact"), task: knows("task") };

/** The service as others use it: its REST API, over a connection of schema MSGraph. */
export function productOverGraph(client: Client, connection: string): Side {
  const run = (activity: string, body: object) => client.run(connection, activity, body);

  async function defaultTaskList(): Promise<string> {
    const { records } = await run("query", { table: "TodoTaskLists" });
    return (records as Row[]).find((one) => one["wellknownListName"] === "defaultList")?.["id"] as string;
  }

  async function files(messageId: unknown): Promise<readonly Row[]> {
    const where = { column: "messageId", operator: "=", value: messageId };
    const { records } = await run("query", { table: "MessageAttachments", where });
    return (records as Row[]).map(({ name, contentType, contentBytes }) => ({
      name,
      contentType,
      content: contentBytes,
    }));
  }

  return {
    name: "the product over Graph",
    writes: known,
    reads: known,
    async write({ kind, fields }) {
      const row: Row = kind === "task" ? { listId: await defaultTaskList() } : {};
      for (const [field, column] of Object.entries(plain[kind])) row[column] = fields[field];
      for (const column of special[kind]) Object.assign(row, column.write(fields));
      const { outcomes } = await run("create", { table: tables[kind], rows: [row] });
      if (outcomes[0].status !== "succeeded") throw new Error(`${kind}: ${JSON.stringify(outcomes[0])}`);
      if (kind !== "message") return;
      for (const { name, contentType, content } of fields["attachments"] as readonly Row[])
        await run("execute", {
          procedure: "AddAttachments",
          input: {
            MessageId: outcomes[0].key.id,
            FileName: name,
            ContentBytes: content,
            ContentType: contentType,
          },
        });
    },
    async read(kind, title) {
      const column = plain[kind][titleField({ kind, fields: {} })];
      const { records } = await run("query", { table: tables[kind], where: { column, operator: "=", value: title } });
      if (records.length !== 1) throw new Error(`${records.length} records of ${kind} ${title}`);
      const record: Row = { ...records[0] };
      if (kind === "message") record["attachments"] = await files(record["id"]);
      return {
        ...Object.fromEntries(Object.entries(plain[kind]).map(([field, name]) => [field, record[name]])),
        ...Object.fromEntries(special[kind].map((one) => [one.field, one.read(record)])),
      };
    },
  };
}
