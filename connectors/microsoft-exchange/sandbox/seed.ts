import {
  attendee,
  emptyContact,
  emptyEvent,
  emptyFields,
  emptyTask,
  guidOf,
  type ItemFields,
  type Mailbox,
  normalizedSubject,
  type Organisation,
  receive,
  sendMeetingRequests,
} from "./mailboxes/index.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A small working life: mails (one with an attachment), events, contacts and tasks. */
export function seedMailbox(organisation: Organisation, mailbox: Mailbox, colleague: Mailbox): void {
  seedMail(organisation, mailbox, colleague);
  seedEvents(organisation, mailbox, colleague);
  seedContacts(mailbox);
  seedTasks(mailbox);
}

interface SeedMail {
  subject: string;
  content: string;
  daysAgo: number;
  isRead?: boolean;
  high?: boolean;
  file?: { name: string; contentType: string; text: string };
}

const mails: SeedMail[] = [
  {
    subject: "Welcome to the sandbox",
    content: "<p>Hello Alice,</p><p>this mailbox is yours to try things with.</p>",
    daysAgo: 6,
    isRead: true,
  },
  {
    subject: "Invoice 2026-017",
    content: "<p>Please find our invoice attached. It is due in 30 days.</p>",
    daysAgo: 4,
    file: {
      name: "invoice-2026-017.csv",
      contentType: "text/csv",
      text: "position,amount\r\npaper,120.00\r\ntoner,310.50\r\n",
    },
  },
  { subject: "RE: Invoice 2026-017", content: "<p>One more thing: the order number is 4711.</p>", daysAgo: 3 },
  { subject: "Lunch on Friday?", content: "<p>The Italian place at noon?</p>", daysAgo: 2 },
  {
    subject: "Server maintenance tonight",
    content: "<p>Mail may be slow between 22:00 and 23:00.</p>",
    daysAgo: 1,
    high: true,
  },
];

function seedMail(organisation: Organisation, mailbox: Mailbox, sender: Mailbox): void {
  let first: string | undefined;
  for (const [index, mail] of mails.entries()) {
    const at = new Date(mailbox.clock().getTime() - mail.daysAgo * dayMs);
    const messageId = `<seed-${index + 1}@${organisation.domain}>`;
    const fields: ItemFields = {
      ...emptyFields("message"),
      subject: mail.subject,
      body: { type: "html", content: `<html><body>${mail.content}</body></html>` },
      from: { ...sender.owner },
      sender: { ...sender.owner },
      to: [{ ...mailbox.owner }],
      importance: mail.high ? "high" : "normal",
      internetMessageId: messageId,
      sentAt: at,
      conversationTopic: normalizedSubject(mail.subject),
    };
    if (mail.subject.startsWith("RE:") && first) Object.assign(fields, { inReplyTo: first, references: first });
    if (mail.subject.startsWith("Invoice")) first = messageId;
    if (mail.file) {
      const { name, contentType, text } = mail.file;
      fields.attachments = [
        { id: "", kind: "file", name, contentType, content: Buffer.from(text), isInline: false, modifiedAt: at },
      ];
    }
    const item = receive(organisation, mailbox, "message", fields);
    mailbox.changeItem(item.id, (draft) => {
      draft.receivedAt = at;
      draft.isRead = mail.isRead === true;
    });
  }
}

function seedEvents(organisation: Organisation, mailbox: Mailbox, colleague: Mailbox): void {
  const calendar = mailbox.folders.requireWellKnown("calendar").id;
  const midnight = Math.floor(mailbox.clock().getTime() / dayMs) * dayMs;
  const at = (days: number, hours: number) => new Date(midnight + days * dayMs + hours * hourMs);
  const uid = (name: string) => guidOf(`${mailbox.guid} ${name}`).replaceAll("-", "").toUpperCase();
  const daysToMonday = (8 - new Date(midnight).getUTCDay()) % 7 || 7;
  mailbox.createItem("event", calendar, {
    ...emptyFields("event"),
    subject: "Dentist",
    event: {
      ...emptyEvent(at(3, 8), uid("dentist")),
      end: at(3, 9),
      showAs: "oof",
      location: { displayName: "12 High Street" },
      organizer: { ...mailbox.owner },
    },
    reminder: { isSet: true, minutesBeforeStart: 60 },
  });
  mailbox.createItem("event", calendar, {
    ...emptyFields("event"),
    subject: "Team meeting",
    body: { type: "text", content: "Round table" },
    event: {
      ...emptyEvent(at(daysToMonday, 9), uid("team")),
      organizer: { ...mailbox.owner },
      recurrence: {
        pattern: { type: "weekly", interval: 1, daysOfWeek: ["monday"], firstDayOfWeek: "sunday" },
        range: { type: "noEnd", startDate: at(daysToMonday, 9).toISOString().slice(0, 10) },
      },
    },
  });
  const meeting = mailbox.createItem("event", calendar, {
    ...emptyFields("event"),
    subject: "Price talks",
    body: { type: "text", content: "Prices for next year" },
    event: {
      ...emptyEvent(at(2, 13), uid("prices")),
      end: at(2, 14),
      isMeeting: true,
      organizer: { ...mailbox.owner },
      location: { displayName: "Room One" },
      attendees: [
        attendee(colleague.owner.address, colleague.owner.name),
        attendee(`room1@${organisation.domain}`, "Room One", "resource"),
      ],
    },
  });
  sendMeetingRequests(organisation, mailbox, meeting.id);
}

function seedContacts(mailbox: Mailbox): void {
  const folder = mailbox.folders.requireWellKnown("contacts").id;
  mailbox.createItem("contact", folder, {
    ...emptyFields("contact"),
    subject: "Carla Costa",
    body: { type: "text", content: "Met at the fair in May" },
    contact: {
      ...emptyContact(),
      displayName: "Carla Costa",
      fileAs: "Costa, Carla",
      fileAsMapping: "LastCommaFirst",
      givenName: "Carla",
      surname: "Costa",
      companyName: "Costa Paper Ltd",
      jobTitle: "Account Manager",
      emails: { "1": { name: "Carla Costa", address: "carla@costa.example", routingType: "SMTP" } },
      phones: { businessPhone: "+39 02 555 0103", mobilePhone: "+39 333 555 0104" },
      addresses: { business: { street: "Via Roma 1", city: "Milano", postalCode: "20100", countryOrRegion: "Italy" } },
      birthday: new Date("1984-05-17T00:00:00Z"),
    },
  });
  mailbox.createItem("contact", folder, {
    ...emptyFields("contact"),
    subject: "David Dunn",
    contact: {
      ...emptyContact(),
      displayName: "David Dunn",
      fileAs: "Dunn, David",
      fileAsMapping: "LastCommaFirst",
      givenName: "David",
      surname: "Dunn",
      companyName: "Dunn Logistics",
      emails: { "1": { name: "David Dunn", address: "david@dunn.example", routingType: "SMTP" } },
      phones: { businessPhone: "+44 20 5550 0105" },
    },
  });
}

function seedTasks(mailbox: Mailbox): void {
  const folder = mailbox.folders.requireWellKnown("tasks").id;
  const owner = mailbox.owner.name;
  mailbox.createItem("task", folder, {
    ...emptyFields("task"),
    subject: "Order toner",
    task: { ...emptyTask(), owner, dueAt: new Date(Math.floor(mailbox.clock().getTime() / dayMs + 5) * dayMs) },
  });
  mailbox.createItem("task", folder, {
    ...emptyFields("task"),
    subject: "Prepare budget",
    importance: "high",
    task: { ...emptyTask(), owner, status: "inProgress", percentComplete: 40 },
  });
}
