import {
  attendee,
  emptyContact,
  emptyEvent,
  emptyFields,
  emptyTask,
  type ItemFields,
  type Mailbox,
} from "../../../../connectors/microsoft-exchange/sandbox/mailboxes/index.ts";
import { alice } from "../../support/stand.ts";
import type { WalkContext } from "../support/walk.ts";

/** Distinguished names of the folders behind the tables of messages. */
const mailFolders = ["inbox", "sentitems", "drafts", "deleteditems", "junkemail", "outbox"];

/** The mailbox that is walked. */
export function walkedMailbox({ stand }: WalkContext): Mailbox {
  const mailbox = stand.sandbox.organisation.mailbox(alice);
  if (mailbox === undefined) throw new Error(`${alice} has no mailbox`);
  return mailbox;
}

const at = new Date("2026-03-04T05:06:07Z");

/** A message with a value for everything a server keeps of a received message. */
export function richMessage({ owner }: Mailbox): ItemFields {
  return {
    ...emptyFields("message"),
    subject: "RE: Everything",
    body: { type: "html", content: "<html><body><p>Everything</p></body></html>" },
    categories: ["Red"],
    reminder: { isSet: true, minutesBeforeStart: 15, dueBy: at },
    from: { ...owner },
    sender: { ...owner },
    to: [{ ...owner }],
    cc: [{ name: "Carol", address: "carol@elsewhere.example" }],
    bcc: [{ name: "Dora", address: "dora@elsewhere.example" }],
    replyTo: [{ name: "Eve", address: "eve@elsewhere.example" }],
    receivedBy: { ...owner },
    receivedRepresenting: { ...owner },
    internetMessageId: "<everything@sandbox.example>",
    inReplyTo: "<before@sandbox.example>",
    references: "<before@sandbox.example>",
    headers: [{ name: "X-Sample", value: "yes" }],
    conversationTopic: "Everything",
    conversationIndex: Buffer.from("01d0000000000102030405060708090a0b0c0d0e0f10", "hex"),
    reminderMessage: { text: "Begins soon", location: "Room One", start: at, end: at, associatedEventId: "AAMkEvent" },
    isDraft: true,
    sentAt: at,
    receivedAt: at,
    attachments: [
      {
        id: "",
        kind: "file",
        name: "figures.csv",
        contentType: "text/csv",
        contentId: "figures",
        contentLocation: "figures.csv",
        content: Buffer.from("a,b\r\n1,2\r\n"),
        isInline: false,
        modifiedAt: at,
      },
    ],
  };
}

/** Puts a message with everything into each folder of messages. */
export function fillMail(context: WalkContext): void {
  const mailbox = walkedMailbox(context);
  for (const name of mailFolders)
    mailbox.createItem("message", mailbox.folders.requireWellKnown(name).id, richMessage(mailbox));
}

/** What items beside messages have of a message, where they were sent as one. */
function sentAsMessage(mailbox: Mailbox): Partial<ItemFields> {
  const { reminder, headers, inReplyTo, attachments, to, cc, sentAt, receivedAt } = richMessage(mailbox);
  const conversationIndex = Buffer.from("01d0000000000102030405060708090a0b0c0d0e0f10", "hex");
  return {
    reminder,
    headers,
    attachments,
    to,
    cc,
    sentAt,
    receivedAt,
    conversationIndex,
    isDraft: true,
    ...(inReplyTo && { inReplyTo }),
  };
}

/** A meeting whose attendees have answered, a meeting of somebody else, and a series with a changed and a deleted occurrence. */
export function fillCalendar(context: WalkContext): void {
  const mailbox = walkedMailbox(context);
  const folder = mailbox.folders.requireWellKnown("calendar").id;
  const start = new Date("2031-03-03T09:00:00Z");
  const occurrence = (days: number) => new Date(start.getTime() + days * 24 * 3_600_000);
  const kept = sentAsMessage(mailbox);
  mailbox.createItem("event", folder, {
    ...emptyFields("event"),
    subject: "Answered meeting",
    event: {
      ...emptyEvent(new Date("2031-04-03T09:00:00Z"), "ANSWERED0MEETING"),
      organizer: { ...mailbox.owner },
      isMeeting: true,
      attendees: (["required", "optional", "resource"] as const).map((type) => ({
        ...attendee(`${type}@elsewhere.example`, type, type),
        response: "accepted" as const,
        respondedAt: at,
      })),
    },
  });
  mailbox.createItem("event", folder, {
    ...emptyFields("event"),
    ...kept,
    subject: "Changed series",
    body: { type: "text", content: "Every day" },
    event: {
      ...emptyEvent(start, "CHANGED0SERIES"),
      organizer: { name: "Bob Baker", address: "bob@sandbox.example" },
      isMeeting: true,
      isOrganizer: false,
      response: "accepted",
      repliedAt: at,
      attendees: [
        { ...attendee(mailbox.owner.address, mailbox.owner.name), response: "accepted", respondedAt: at },
        { ...attendee("dora@elsewhere.example", "Dora", "optional"), response: "declined", respondedAt: at },
        { ...attendee("room1@sandbox.example", "Room One", "resource"), response: "accepted", respondedAt: at },
      ],
      recurrence: {
        pattern: { type: "daily", interval: 1 },
        range: { type: "numbered", startDate: "2031-03-03", numberOfOccurrences: 5 },
      },
      exceptions: new Map([
        [
          occurrence(1).toISOString(),
          { item: { subject: "Moved" }, event: { start: occurrence(1.1), end: occurrence(1.2) }, changeNumber: 1 },
        ],
      ]),
      deletedOccurrences: [occurrence(2).toISOString()],
      location: {
        displayName: "Room One",
        locationType: "conferenceRoom",
        uri: "https://rooms.example/1",
        emailAddress: "room1@sandbox.example",
        uniqueId: "room-1",
        latitude: 45.5,
        longitude: 9.25,
        address: {
          street: "Via Roma 1",
          city: "Milano",
          state: "MI",
          countryOrRegion: "Italy",
          postalCode: "20100",
        },
      },
      isOnlineMeeting: true,
      onlineMeetingProvider: "skypeForBusiness",
      onlineMeetingUrl: "https://meet.example/1",
      joinUrl: "https://meet.example/1",
      dialIn: {
        conferenceId: "123",
        tollNumber: "+39 02 1",
        tollFreeNumbers: ["800 1"],
        quickDial: "+39 02 1,,123",
      },
      transactionId: "series",
      type: "seriesMaster",
    },
  });
}

/** A contact with what no client can give it. */
export function fillContacts(context: WalkContext): void {
  const mailbox = walkedMailbox(context);
  mailbox.createItem("contact", mailbox.folders.requireWellKnown("contacts").id, {
    ...emptyFields("contact"),
    ...sentAsMessage(mailbox),
    subject: "Everything",
    body: { type: "text", content: "Met in May" },
    attachments: [
      {
        id: "",
        kind: "file",
        name: "ContactPicture.jpg",
        contentType: "image/jpeg",
        content: Buffer.from("a picture"),
        isInline: false,
        isContactPhoto: true,
        modifiedAt: at,
      },
    ],
    contact: {
      ...emptyContact(),
      displayName: "Everything",
      title: "Dr",
      givenName: "Ever",
      middleName: "Y",
      surname: "Thing",
      generation: "Jr.",
      initials: "E.Y.T.",
      nickname: "Evy",
      yomiGivenName: "エバ",
      yomiSurname: "シング",
      phoneticFullName: "Ever Thing",
      phoneticFirstName: "Ever",
      phoneticLastName: "Thing",
      userSmimeCertificates: [Buffer.from("certificate of the user")],
      msExchangeCertificates: [Buffer.from("certificate of Exchange")],
      alias: "ever",
      directoryId: "<GUID=00000000-0000-0000-0000-000000000001>",
      managerMailbox: { name: "Bob Baker", address: "bob@sandbox.example" },
      directReports: [{ name: "Dora", address: "dora@elsewhere.example" }],
    },
  });
}

/** A task that somebody else gave. */
export function fillTasks(context: WalkContext): void {
  const mailbox = walkedMailbox(context);
  mailbox.createItem("task", mailbox.folders.requireWellKnown("tasks").id, {
    ...emptyFields("task"),
    ...sentAsMessage(mailbox),
    subject: "Given by Bob",
    task: {
      ...emptyTask(),
      owner: mailbox.owner.name,
      delegator: "Bob Baker",
      delegationState: "accepted",
      assignedAt: at,
      isTeamTask: true,
      statusDescription: "Under way",
    },
  });
}

/** A folder as administrators managed them up to Exchange 2010. */
export function fillFolders(context: WalkContext): void {
  const mailbox = walkedMailbox(context);
  const { id } = mailbox.folders.requireWellKnown("notes");
  mailbox.folders.change(id, (folder) => {
    folder.managed = {
      canDelete: false,
      canRenameOrMove: false,
      mustDisplayComment: true,
      isRoot: false,
      id: "11111111-1111-1111-1111-111111111111",
      comment: "Kept for a year",
      storageQuotaKb: 10_240,
      sizeKb: 12,
      homePage: "https://folders.example",
    };
  });
}
