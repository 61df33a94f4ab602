import { Client } from "@microsoft/microsoft-graph-client";
import type {
  Attendee,
  Contact,
  DateTimeTimeZone,
  Event,
  FileAttachment,
  Importance,
  Message,
  NullableOption,
  PhysicalAddress,
  Recipient,
  TaskStatus,
  TodoTask,
} from "@microsoft/microsoft-graph-types";
import { day, instant, type Side } from "./side.ts";
import type { Specimen } from "./specimens.ts";

type Kind = Specimen["kind"];
type Fields = Specimen["fields"];
interface Person {
  readonly name: string;
  readonly address: string;
}
type Place = Readonly<Record<"street" | "city" | "state" | "country" | "postalCode", string>>;

const lower = (text: unknown): string => `${String(text).charAt(0).toLowerCase()}${String(text).slice(1)}`;
const upper = (text: unknown): string => `${String(text).charAt(0).toUpperCase()}${String(text).slice(1)}`;
const recipients = (value: unknown): Recipient[] =>
  (value as readonly Person[]).map((emailAddress) => ({ emailAddress: { ...emailAddress } }));
const people = (value: NullableOption<Recipient[]> | undefined) =>
  (value ?? []).map(({ emailAddress }) => ({ name: emailAddress?.name, address: emailAddress?.address }));
const zoned = (text: unknown): DateTimeTimeZone => ({ dateTime: String(text).replace(/Z$/, ""), timeZone: "UTC" });
const utc = (value: NullableOption<DateTimeTimeZone> | undefined) =>
  value?.dateTime ? `${value.dateTime.replace(/Z$/, "")}Z` : null;

function messageOf(fields: Fields): Message {
  return {
    subject: fields["subject"] as string,
    body: { contentType: fields["bodyType"] as "html" | "text", content: fields["body"] as string },
    importance: lower(fields["importance"]) as Importance,
    categories: fields["categories"] as string[],
    toRecipients: recipients(fields["to"]),
    ccRecipients: recipients(fields["cc"]),
    bccRecipients: recipients(fields["bcc"]),
    isRead: fields["isRead"] as boolean,
    isReadReceiptRequested: fields["isReadReceiptRequested"] as boolean,
    isDeliveryReceiptRequested: fields["isDeliveryReceiptRequested"] as boolean,
    attachments: (fields["attachments"] as readonly Record<string, string>[]).map(
      ({ name, contentType, content }) =>
        ({ "@odata.type": "#microsoft.graph.fileAttachment", name, contentType, contentBytes: content }) as object,
    ),
  };
}

const fieldsOfMessage = (message: Message) => ({
  subject: message.subject,
  bodyType: message.body?.contentType,
  body: message.body?.content,
  importance: upper(message.importance),
  categories: message.categories,
  to: people(message.toRecipients),
  cc: people(message.ccRecipients),
  bcc: people(message.bccRecipients),
  isRead: message.isRead,
  isReadReceiptRequested: message.isReadReceiptRequested,
  isDeliveryReceiptRequested: message.isDeliveryReceiptRequested,
  attachments: ((message.attachments ?? []) as FileAttachment[]).map(({ name, contentType, contentBytes }) => ({
    name,
    contentType,
    content: contentBytes,
  })),
});

const attendees = (fields: Fields, type: "required" | "optional"): Attendee[] =>
  recipients(fields[type]).map((recipient) => ({ ...recipient, type }));

function eventOf(fields: Fields): Event {
  return {
    subject: fields["subject"] as string,
    body: { contentType: "text", content: fields["body"] as string },
    start: zoned(fields["start"]),
    end: zoned(fields["end"]),
    isAllDay: fields["isAllDay"] as boolean,
    location: { displayName: fields["location"] as string },
    showAs: (fields["showAs"] === "OOF" ? "oof" : lower(fields["showAs"])) as "oof",
    importance: lower(fields["importance"]) as Importance,
    categories: fields["categories"] as string[],
    isReminderOn: fields["isReminderSet"] as boolean,
    reminderMinutesBeforeStart: fields["reminderMinutes"] as number,
    allowNewTimeProposals: fields["allowNewTimes"] as boolean,
    attendees: [...attendees(fields, "required"), ...attendees(fields, "optional")],
  };
}

const fieldsOfEvent = (event: Event) => ({
  subject: event.subject,
  body: event.body?.content,
  start: instant(utc(event.start)),
  end: instant(utc(event.end)),
  isAllDay: event.isAllDay,
  location: event.location?.displayName,
  showAs: event.showAs === "oof" ? "OOF" : upper(event.showAs),
  importance: upper(event.importance),
  categories: event.categories,
  isReminderSet: event.isReminderOn,
  reminderMinutes: event.reminderMinutesBeforeStart,
  allowNewTimes: event.allowNewTimeProposals,
  required: people((event.attendees ?? []).filter(({ type }) => type === "required")),
  optional: people((event.attendees ?? []).filter(({ type }) => type === "optional")),
});

/** Members of a contact that hold a field as it is. */
const contactTexts = {
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
} as const satisfies Readonly<Record<string, keyof Contact>>;

const address = ({ country, ...rest }: Place): PhysicalAddress => ({ ...rest, countryOrRegion: country });
const place = (value: NullableOption<PhysicalAddress> | undefined) => ({
  street: value?.street,
  city: value?.city,
  state: value?.state,
  country: value?.countryOrRegion,
  postalCode: value?.postalCode,
});

function contactOf(fields: Fields): Contact {
  const phones = fields["commonPhones"] as Readonly<Record<string, string>>;
  const addresses = fields["addresses"] as Readonly<Record<"Business" | "Home" | "Other", Place>>;
  return {
    ...Object.fromEntries(Object.entries(contactTexts).map(([field, member]) => [member, fields[field]])),
    birthday: `${String(fields["birthday"])}T00:00:00Z`,
    children: fields["children"] as string[],
    categories: fields["categories"] as string[],
    emailAddresses: (fields["emails"] as string[]).map((one) => ({ address: one, name: one })),
    businessAddress: address(addresses.Business),
    homeAddress: address(addresses.Home),
    otherAddress: address(addresses.Other),
    businessPhones: [phones["BusinessPhone"] ?? "", phones["BusinessPhone2"] ?? ""],
    homePhones: [phones["HomePhone"] ?? "", phones["HomePhone2"] ?? ""],
    mobilePhone: phones["MobilePhone"] ?? "",
  };
}

const fieldsOfContact = (contact: Contact) => ({
  ...Object.fromEntries(Object.entries(contactTexts).map(([field, member]) => [field, contact[member]])),
  birthday: day(contact.birthday),
  children: contact.children,
  categories: contact.categories,
  emails: contact.emailAddresses?.map((one) => one.address),
  addresses: {
    Business: place(contact.businessAddress),
    Home: place(contact.homeAddress),
    Other: place(contact.otherAddress),
  },
  commonPhones: {
    BusinessPhone: contact.businessPhones?.[0],
    BusinessPhone2: contact.businessPhones?.[1],
    HomePhone: contact.homePhones?.[0],
    HomePhone2: contact.homePhones?.[1],
    MobilePhone: contact.mobilePhone,
  },
});

function taskOf(fields: Fields): TodoTask {
  return {
    title: fields["subject"] as string,
    body: { contentType: "text", content: fields["body"] as string },
    importance: lower(fields["importance"]) as Importance,
    categories: fields["categories"] as string[],
    status: lower(fields["status"]) as TaskStatus,
    startDateTime: zoned(`${String(fields["startDate"])}T00:00:00`),
    dueDateTime: zoned(`${String(fields["dueDate"])}T00:00:00`),
    isReminderOn: fields["isReminderSet"] as boolean,
    reminderDateTime: zoned(fields["reminderAt"]),
  };
}

const fieldsOfTask = (task: TodoTask) => ({
  subject: task.title,
  body: task.body?.content,
  importance: upper(task.importance),
  categories: task.categories,
  status: upper(task.status),
  startDate: day(utc(task.startDateTime)),
  dueDate: day(utc(task.dueDateTime)),
  isReminderSet: task.isReminderOn,
  reminderAt: instant(utc(task.reminderDateTime)),
});

const empty: Fields = {
  to: [],
  cc: [],
  bcc: [],
  attachments: [],
  required: [],
  optional: [],
  emails: [],
  commonPhones: {},
  addresses: { Business: {}, Home: {}, Other: {} },
};

const knows: Readonly<Record<Kind, readonly string[]>> = {
  message: Object.keys(fieldsOfMessage(messageOf(empty))),
  event: Object.keys(fieldsOfEvent({})),
  contact: Object.keys(fieldsOfContact({})),
  task: Object.keys(fieldsOfTask({})),
};

/** Microsoft's Graph client as somebody who writes and reads items of a mailbox. */
export function graphClient(base: string, accessToken: string, user: string): Side {
  const client = Client.init({
    baseUrl: `${base}/`,
    defaultVersion: "v1.0",
    customHosts: new Set([new URL(base).hostname]),
    authProvider: (done) => done(null, accessToken),
  });
  const own = (path: string) => client.api(`/users/${user}/${path}`);

  async function tasks(): Promise<string> {
    const { value } = await own("todo/lists").get();
    const list = (value as { id: string; wellknownListName: string }[]).find(
      ({ wellknownListName }) => wellknownListName === "defaultList",
    );
    return `todo/lists/${list?.id}/tasks`;
  }

  async function find<T>(path: string, field: string, title: string): Promise<T> {
    const filter = `${field} eq '${title.replaceAll("'", "''")}'`;
    // the client puts the text into the address as it is
    const { value } = await own(path).filter(encodeURIComponent(filter)).get();
    if (value.length !== 1) throw new Error(`${value.length} of ${path} ${title}`);
    return value[0] as T;
  }

  return {
    name: "microsoft-graph-client",
    writes: knows,
    reads: knows,
    async write({ kind, fields }) {
      if (kind === "message") await own("messages").post(messageOf(fields));
      else if (kind === "event") await own("events").post(eventOf(fields));
      else if (kind === "contact") await own("contacts").post(contactOf(fields));
      else await own(await tasks()).post(taskOf(fields));
    },
    async read(kind, title) {
      if (kind === "event") return fieldsOfEvent(await find<Event>("events", "subject", title));
      if (kind === "contact") return fieldsOfContact(await find<Contact>("contacts", "displayName", title));
      if (kind === "task") return fieldsOfTask(await find<TodoTask>(await tasks(), "title", title));
      const message = await find<Message>("messages", "subject", title);
      const { value } = await own(`messages/${message.id}/attachments`).get();
      return fieldsOfMessage({ ...message, attachments: value });
    },
  };
}
