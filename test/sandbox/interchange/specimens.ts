/** One item in words of no protocol: what one side wrote, another must read with these values. */
export interface Specimen {
  readonly kind: "message" | "event" | "contact" | "task";
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Text that every layer must hand on untouched. */
const wild = "Grüße & <b> \"q\" 'a' 漢字 😀  two  spaces \\ %27";

const person = (name: string, address: string) => ({ name, address });
const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

const message: Specimen = {
  kind: "message",
  fields: {
    subject: `Offer ${wild}`,
    bodyType: "html",
    body: "<html><body><p>Grüße &amp; <b>mehr</b> 漢字</p></body></html>",
    importance: "High",
    categories: ["Red", "Grün & Blau"],
    to: [person("Bob Baker", "bob@sandbox.example"), person("Müller, Jörg", "joerg@else.example")],
    cc: [person('Carla "C" <Cruz>', "carla@else.example")],
    bcc: [person("Secret; Reader", "reader@else.example")],
    isRead: true,
    isReadReceiptRequested: true,
    isDeliveryReceiptRequested: true,
    attachments: [
      { name: "offer ä.txt", contentType: "text/plain", content: base64("first line\r\nGrüße") },
      { name: "all bytes.bin", contentType: "application/octet-stream", content: allBytes() },
    ],
  },
};

const plainMessage: Specimen = {
  kind: "message",
  fields: {
    ...message.fields,
    subject: "Plain",
    bodyType: "text",
    body: `${wild}\nsecond line`,
    importance: "Low",
    categories: [],
    cc: [],
    bcc: [],
    isRead: false,
    isReadReceiptRequested: false,
    isDeliveryReceiptRequested: false,
    attachments: [],
  },
};

const meeting: Specimen = {
  kind: "event",
  fields: {
    subject: `Meeting ${wild}`,
    body: `Agenda: ${wild}`,
    start: "2031-03-14T15:30:00.000Z",
    end: "2031-03-14T16:45:00.000Z",
    isAllDay: false,
    location: "Room 7 & <garden>",
    showAs: "Tentative",
    importance: "High",
    categories: ["Red", "Grün & Blau"],
    isReminderSet: true,
    reminderMinutes: 25,
    allowNewTimes: false,
    required: [person("Bob Baker", "bob@sandbox.example"), person("Müller, Jörg", "joerg@else.example")],
    optional: [person("Carla", "carla@else.example")],
  },
};

const wholeDay: Specimen = {
  kind: "event",
  fields: {
    ...meeting.fields,
    subject: "Whole day",
    start: "2031-07-01T00:00:00.000Z",
    end: "2031-07-03T00:00:00.000Z",
    isAllDay: true,
    showAs: "OOF",
    categories: [],
    isReminderSet: false,
    required: [],
    optional: [],
  },
};

const place = (street: string) => ({
  street: `${street} & <1>`,
  city: "Köln",
  state: "NRW",
  country: "Germany",
  postalCode: "50667",
});

/** Phone numbers every protocol knows. */
const commonPhones = {
  BusinessPhone: "+49 1",
  BusinessPhone2: "+49 2",
  HomePhone: "+49 3",
  HomePhone2: "+49 4",
  MobilePhone: "+49 5",
};

const contact: Specimen = {
  kind: "contact",
  fields: {
    displayName: `Dora ${wild}`,
    givenName: "Dora",
    middleName: "Emilia",
    surname: "Döring & Söhne",
    initials: "D.E.D.",
    nickname: "Dodo",
    companyName: "Döring <GmbH>",
    department: "Sales & more",
    jobTitle: "Head",
    office: "B 12",
    manager: "Max",
    assistantName: "Anna",
    profession: "Engineer",
    spouseName: "Sam",
    generation: "Jr.",
    homePage: "http://doering.example/?a=1&b=2",
    birthday: "1984-05-17",
    children: ["Ann", "Ben & Co"],
    notes: `Notes ${wild}`,
    categories: ["Red"],
    fileAs: "Döring, Dora",
    emails: ["one@doering.example", "two@doering.example", "three@doering.example"],
    addresses: { Business: place("Hauptstraße"), Home: place("Gasse"), Other: place("Weg") },
    phones: {
      ...commonPhones,
      AssistantPhone: "+49 6",
      BusinessFax: "+49 7",
      Callback: "+49 8",
      CarPhone: "+49 9",
      CompanyMainPhone: "+49 10",
      HomeFax: "+49 11",
      Isdn: "+49 12",
      OtherFax: "+49 13",
      OtherTelephone: "+49 14",
      Pager: "+49 15",
      PrimaryPhone: "+49 16",
      RadioPhone: "+49 17",
      Telex: "+49 18",
      TtyTddPhone: "+49 19",
    },
    commonPhones,
    companies: ["One Ltd", "Two <GmbH>"],
    mileage: "123 km",
    wedding: "2011-11-11",
  },
};

const task: Specimen = {
  kind: "task",
  fields: {
    subject: `Task ${wild}`,
    body: `To do: ${wild}`,
    importance: "Low",
    categories: ["Red", "Grün & Blau"],
    status: "InProgress",
    percentComplete: 40,
    startDate: "2031-01-01",
    dueDate: "2031-02-02",
    isReminderSet: true,
    reminderAt: "2031-02-01T08:30:00.000Z",
    totalWork: 600,
    actualWork: 120,
    billing: "account & 12",
    mileage: "12 km",
    companies: ["One Ltd", "Two <GmbH>"],
    contacts: ["Carla", "David"],
  },
};

/** One item of each kind with a value in every field, and the shapes that differ. */
export const specimens: readonly Specimen[] = [message, plainMessage, meeting, wholeDay, contact, task];

/** The same for a client that neither escapes nor keeps edge blanks: only letters that need no escaping. */
export const plainSpecimens: readonly Specimen[] = specimens.map((specimen) => ({
  ...specimen,
  fields: softened(specimen.fields) as Specimen["fields"],
}));

/** What the item is found by. */
export const titleField = (specimen: Specimen): "displayName" | "subject" =>
  specimen.kind === "contact" ? "displayName" : "subject";

export const titleOf = (specimen: Specimen): string => String(specimen.fields[titleField(specimen)]);

/** The same item with a title of its own. */
export function titled(specimen: Specimen, suffix: string): Specimen {
  const field = titleField(specimen);
  return { ...specimen, fields: { ...specimen.fields, [field]: `${String(specimen.fields[field])} ${suffix}` } };
}

/** The fields one side knows, of the whole. */
export function pick(fields: Specimen["fields"], names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, fields[name]]));
}

function softened(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/[&<>"]/g, "+");
  if (Array.isArray(value)) return value.map(softened);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, softened(one)]));
  return value;
}

function allBytes(): string {
  return Buffer.from(Uint8Array.from({ length: 256 }, (_, at) => at)).toString("base64");
}
