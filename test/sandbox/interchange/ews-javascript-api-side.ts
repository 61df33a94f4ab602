import {
  Appointment,
  BodyType,
  Contact,
  ContactSchema,
  DateTime,
  DateTimeKind,
  EmailAddress,
  EmailAddressKey,
  EmailMessage,
  ExchangeService,
  ExchangeVersion,
  type FileAttachment,
  Importance,
  type Item,
  ItemSchema,
  ItemView,
  LegacyFreeBusyStatus,
  MessageBody,
  PhoneNumberKey,
  PhysicalAddressEntry,
  PhysicalAddressKey,
  PropertySet,
  SearchFilter,
  SendInvitationsMode,
  Task,
  TaskStatus,
  TimeZoneInfo,
  Uri,
  WebCredentials,
  WellKnownFolderName,
} from "ews-javascript-api";
import { day, instant, type Side } from "./side.ts";
import type { Specimen } from "./specimens.ts";

type Kind = Specimen["kind"];
type Members = Record<string, unknown>;
interface Person {
  readonly name: string;
  readonly address: string;
}
interface Collection<T> {
  readonly Count: number;
  _getItem(index: number): T;
}

const folders: Readonly<Record<Kind, WellKnownFolderName>> = {
  message: WellKnownFolderName.Drafts,
  event: WellKnownFolderName.Calendar,
  contact: WellKnownFolderName.Contacts,
  task: WellKnownFolderName.Tasks,
};

/** Members that hold a field as it is. */
const plain: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  message: {
    subject: "Subject",
    isRead: "IsRead",
    isReadReceiptRequested: "IsReadReceiptRequested",
    isDeliveryReceiptRequested: "IsDeliveryReceiptRequested",
  },
  event: {
    subject: "Subject",
    isAllDay: "IsAllDayEvent",
    location: "Location",
    isReminderSet: "IsReminderSet",
    reminderMinutes: "ReminderMinutesBeforeStart",
    allowNewTimes: "AllowNewTimeProposal",
  },
  contact: {
    displayName: "DisplayName",
    givenName: "GivenName",
    middleName: "MiddleName",
    surname: "Surname",
    initials: "Initials",
    nickname: "NickName",
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
    fileAs: "FileAs",
    mileage: "Mileage",
  },
  task: {
    subject: "Subject",
    isReminderSet: "IsReminderSet",
    totalWork: "TotalWork",
    actualWork: "ActualWork",
    percentComplete: "PercentComplete",
    billing: "BillingInformation",
    mileage: "Mileage",
  },
};

/** Something that is written and read in a way of its own. */
interface Part {
  readonly field: string;
  write(item: Members, value: unknown): void;
  read(item: Members): unknown;
}

const each = <T>(found: unknown): readonly T[] => {
  const collection = found as Collection<T>;
  return Array.from({ length: collection.Count }, (_, at) => collection._getItem(at));
};

const body = (field: string): Part => ({
  field,
  write: (item, value) => {
    item["Body"] = new MessageBody(BodyType.Text, String(value));
  },
  read: (item) => (item["Body"] as MessageBody).Text,
});

const texts = (field: string, member: string): Part => ({
  field,
  write: (item, value) => (item[member] as { AddRange(texts: unknown): void }).AddRange(value),
  read: (item) => each<string>(item[member]),
});

const people = (field: string, member: string): Part => ({
  field,
  write: (item, value) => {
    for (const { name, address } of value as readonly Person[])
      (item[member] as { Add(name: string, address: string): void }).Add(name, address);
  },
  read: (item) => each<EmailAddress>(item[member]).map(({ Name, Address }) => ({ name: Name, address: Address })),
});

const time = (field: string, member: string): Part => ({
  field,
  write: (item, value) => {
    item[member] = new DateTime(Date.parse(String(value)), DateTimeKind.Utc);
  },
  read: (item) => instant((item[member] as DateTime).MomentDate.toISOString()),
});

const date = (field: string, member: string): Part => ({
  ...time(field, member),
  read: (item) => day((item[member] as DateTime).MomentDate.toISOString()),
});

const word = (field: string, member: string, values: Readonly<Record<string, unknown>>): Part => ({
  field,
  write: (item, value) => {
    item[member] = values[String(value)];
  },
  read: (item) => values[item[member] as number],
});

const phones = Object.keys(PhoneNumberKey).filter((name) => Number.isNaN(Number(name)));

const attachments: Part = {
  field: "attachments",
  write: (item, value) => {
    for (const { name, contentType, content } of value as readonly Record<string, string>[]) {
      const collection = item["Attachments"] as { AddFileAttachment(name: string, content: string): FileAttachment };
      collection.AddFileAttachment(name ?? "", content ?? "").ContentType = contentType ?? "";
    }
  },
  read: (item) =>
    each<FileAttachment>(item["Attachments"]).map(({ Name, ContentType, Base64Content }) => ({
      name: Name,
      contentType: ContentType,
      content: Base64Content,
    })),
};

const importance = word("importance", "Importance", Importance);

const parts: Readonly<Record<Kind, readonly Part[]>> = {
  message: [
    {
      field: "bodyType",
      write: (item, value) => {
        (item["Body"] as MessageBody).BodyType = value === "html" ? BodyType.HTML : BodyType.Text;
      },
      read: (item) => ((item["Body"] as MessageBody).BodyType === BodyType.HTML ? "html" : "text"),
    },
    importance,
    texts("categories", "Categories"),
    people("to", "ToRecipients"),
    people("cc", "CcRecipients"),
    people("bcc", "BccRecipients"),
    attachments,
  ],
  event: [
    importance,
    texts("categories", "Categories"),
    word("showAs", "LegacyFreeBusyStatus", LegacyFreeBusyStatus),
    time("start", "Start"),
    time("end", "End"),
    people("required", "RequiredAttendees"),
    people("optional", "OptionalAttendees"),
  ],
  contact: [
    texts("categories", "Categories"),
    texts("children", "Children"),
    texts("companies", "Companies"),
    date("birthday", "Birthday"),
    date("wedding", "WeddingAnniversary"),
    {
      field: "emails",
      write: (item, value) => {
        const book = item["EmailAddresses"] as Contact["EmailAddresses"];
        for (const [at, address] of (value as readonly string[]).entries())
          book._setItem(EmailAddressKey.EmailAddress1 + at, new EmailAddress(address));
      },
      read: (item) =>
        [0, 1, 2].map(
          (at) =>
            (item["EmailAddresses"] as Contact["EmailAddresses"])._getItem(EmailAddressKey.EmailAddress1 + at).Address,
        ),
    },
    {
      field: "phones",
      write: (item, value) => {
        const book = item["PhoneNumbers"] as Contact["PhoneNumbers"];
        for (const [name, number] of Object.entries(value as Record<string, string>))
          book._setItem(PhoneNumberKey[name as keyof typeof PhoneNumberKey], number);
      },
      read: (item) =>
        Object.fromEntries(
          phones.map((name) => [
            name,
            (item["PhoneNumbers"] as Contact["PhoneNumbers"])._getItem(
              PhoneNumberKey[name as keyof typeof PhoneNumberKey],
            ),
          ]),
        ),
    },
    {
      field: "addresses",
      write: (item, value) => {
        const book = item["PhysicalAddresses"] as Contact["PhysicalAddresses"];
        for (const [kind, place] of Object.entries(value as Record<string, Record<string, string>>)) {
          const entry = new PhysicalAddressEntry();
          entry.Street = place["street"] ?? "";
          entry.City = place["city"] ?? "";
          entry.State = place["state"] ?? "";
          entry.CountryOrRegion = place["country"] ?? "";
          entry.PostalCode = place["postalCode"] ?? "";
          book._setItem(PhysicalAddressKey[kind as keyof typeof PhysicalAddressKey], entry);
        }
      },
      read: (item) =>
        Object.fromEntries(
          (["Business", "Home", "Other"] as const).map((kind) => {
            const book = item["PhysicalAddresses"] as Contact["PhysicalAddresses"];
            const { Street, City, State, CountryOrRegion, PostalCode } = book._getItem(PhysicalAddressKey[kind]);
            return [
              kind,
              { street: Street, city: City, state: State, country: CountryOrRegion, postalCode: PostalCode },
            ];
          }),
        ),
    },
  ],
  task: [
    importance,
    texts("categories", "Categories"),
    texts("companies", "Companies"),
    texts("contacts", "Contacts"),
    word("status", "Status", TaskStatus),
    date("startDate", "StartDate"),
    date("dueDate", "DueDate"),
    time("reminderAt", "ReminderDueBy"),
  ],
};
const bodies: Readonly<Record<Kind, Part>> = {
  message: body("body"),
  event: body("body"),
  contact: body("notes"),
  task: body("body"),
};

const partsOf = (kind: Kind): readonly Part[] => [bodies[kind], ...parts[kind]];
const knows = (kind: Kind): string[] => [...Object.keys(plain[kind]), ...partsOf(kind).map(({ field }) => field)];

/** ews-javascript-api as somebody who writes and reads items. */
export function ewsJavascriptApi(url: string, user: string, password: string): Side {
  const service = new ExchangeService(ExchangeVersion.Exchange2013_SP1, TimeZoneInfo.Utc);
  service.Credentials = new WebCredentials(user, password);
  service.Url = new Uri(url);
  const known = { message: knows("message"), event: knows("event"), contact: knows("contact"), task: knows("task") };

  async function save(kind: Kind, item: Item): Promise<void> {
    if (kind === "event") await (item as Appointment).Save(SendInvitationsMode.SendToNone);
    else await item.Save(folders[kind]);
  }

  async function bind(kind: Kind, item: Item): Promise<Item> {
    switch (kind) {
      case "message":
        return EmailMessage.Bind(service, item.Id, PropertySet.FirstClassProperties);
      case "event":
        return Appointment.Bind(service, item.Id);
      case "contact":
        return Contact.Bind(service, item.Id);
      case "task":
        return Task.Bind(service, item.Id);
    }
  }

  return {
    name: "ews-javascript-api",
    writes: known,
    reads: known,
    async write({ kind, fields }) {
      const classes = { message: EmailMessage, event: Appointment, contact: Contact, task: Task };
      const item = new classes[kind](service);
      const members = item as unknown as Members;
      for (const [field, member] of Object.entries(plain[kind])) members[member] = fields[field];
      for (const part of partsOf(kind)) part.write(members, fields[part.field]);
      await save(kind, item);
    },
    async read(kind, title, names) {
      const field = kind === "contact" ? ContactSchema.DisplayName : ItemSchema.Subject;
      const found = await service.FindItems(folders[kind], new SearchFilter.IsEqualTo(field, title), new ItemView(2));
      if (found.Items.length !== 1) throw new Error(`${found.Items.length} items of ${kind} ${title}`);
      const item = await bind(kind, found.Items[0] as Item);
      if (kind === "message") for (const one of each<FileAttachment>(item.Attachments)) await one.Load();
      const members = item as unknown as Members;
      // the client throws for members the server did not answer
      return Object.fromEntries(
        names.map((name) => {
          const member = plain[kind][name];
          const part = partsOf(kind).find(({ field }) => field === name);
          return [name, member === undefined ? part?.read(members) : members[member]];
        }),
      );
    },
  };
}
