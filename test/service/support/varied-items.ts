import type { FullSandbox } from "../../../connectors/microsoft-exchange/sandbox/full-sandbox.ts";
import {
  emptyContact,
  emptyEvent,
  emptyFields,
  emptyTask,
  type ItemFields,
  type ItemKind,
} from "../../../connectors/microsoft-exchange/sandbox/mailboxes/index.ts";

/** Texts that filters, orders and printers get wrong: folding, accents, escapes, quotes, blanks, scripts. */
export const nastyTexts = [
  "Straße",
  "STRASSE",
  "strasse",
  "Éclair",
  "éclair",
  "eclair",
  "e\u0301clair",
  "100%",
  "100 per cent",
  "a_b",
  "axb",
  "A_B",
  "a\\b",
  "O'Neil",
  'say "hi"',
  "  padded  ",
  "padded",
  "İstanbul",
  "istanbul",
  "ISTANBUL",
  "ılık",
  "Σίσυφος",
  "ΣΊΣΥΦΟΣ",
  "\u212aelvin",
  "kelvin",
  "😀 smile",
  "привет",
  "ПРИВЕТ",
  "a & b <c> ]]>",
  "it's ; -- $ten (x) [y] {z} * ?",
  "null",
  "0",
] as const;

const mail = "alice@sandbox.example";
const at = (index: number, extraMs = 0) => new Date(Date.UTC(2026, 1, 27 + (index % 5), 23, 30 + index) + extraMs);
const textAt = (index: number): string => nastyTexts[index % nastyTexts.length] ?? "";

function messageFields(index: number): ItemFields {
  const text = textAt(index);
  return {
    ...emptyFields("message"),
    ...(index % 9 !== 8 && { subject: text }),
    body: { type: index % 2 === 0 ? "text" : "html", content: index % 2 === 0 ? text : "<p>html &amp; text</p>" },
    from: { name: textAt(index + 3), address: index % 3 === 0 ? mail : `From${index % 4}@Other.example` },
    sender: { name: textAt(index + 3), address: mail },
    to:
      index % 4 === 0
        ? []
        : [
            { name: text, address: mail },
            { name: "Bob", address: "BOB@sandbox.example" },
          ],
    cc: index % 3 === 0 ? [{ name: "Ĉarlo", address: "cc@sandbox.example" }] : [],
    categories: [[], ["Red"], ["red", "Blue"], ["Éclair; two", "a_b"]][index % 4] ?? [],
    importance: (["low", "normal", "high"] as const)[index % 3] ?? "normal",
    sensitivity: index % 5 === 0 ? "private" : "normal",
    isRead: index % 2 === 0,
    isReadReceiptRequested: index % 6 === 0,
    flag: index % 4 === 1 ? { status: "flagged", start: at(index), due: at(index + 1) } : { status: "notFlagged" },
    internetMessageId: `<Nasty-${index}@sandbox.example>`,
    sentAt: at(index),
    receivedAt: at(index, index % 3 === 0 ? 400 : 0),
  };
}

function eventFields(index: number): ItemFields {
  const start = at(index);
  return {
    ...emptyFields("event"),
    ...(index % 7 !== 6 && { subject: textAt(index) }),
    ...(index % 2 === 0 && { body: { type: "text" as const, content: textAt(index + 1) } }),
    categories: index % 3 === 0 ? ["Red", "x"] : [],
    importance: index % 4 === 0 ? "high" : "normal",
    reminder:
      index % 2 === 0 ? { isSet: true, minutesBeforeStart: [0, 15, 2_000_000][index % 3] ?? 0 } : { isSet: false },
    event: {
      ...emptyEvent(start, `UID${index}`),
      end: new Date(start.getTime() + index * 600_000),
      isAllDay: false,
      ...(index % 3 !== 0 && { location: { displayName: textAt(index + 5) } }),
      showAs: (["free", "busy", "oof", "tentative"] as const)[index % 4] ?? "busy",
      organizer: { name: "Alice", address: mail },
      allowNewTimeProposals: index % 2 === 0,
      ...(index === 4 && {
        type: "seriesMaster" as const,
        recurrence: {
          pattern: {
            type: "weekly" as const,
            interval: 2,
            daysOfWeek: ["monday" as const],
            firstDayOfWeek: "sunday" as const,
          },
          range: { type: "numbered" as const, startDate: start.toISOString().slice(0, 10), numberOfOccurrences: 5 },
        },
      }),
    },
  };
}

function contactFields(index: number): ItemFields {
  const some = <T>(part: T): T | undefined => (index % 3 === 0 ? undefined : part);
  const text = textAt(index);
  const given = some(text);
  return {
    ...emptyFields("contact"),
    subject: text,
    categories: index % 2 === 0 ? [text] : [],
    ...(index % 2 === 0 && { body: { type: "text" as const, content: `Notes: ${text}` } }),
    contact: {
      ...emptyContact(),
      displayName: text,
      fileAs: textAt(index + 2),
      ...(given !== undefined && { givenName: given }),
      surname: textAt(index * 5),
      ...(index % 4 === 0 ? {} : { companyName: textAt(index + 7) }),
      ...(index % 5 === 0 && { birthday: new Date(Date.UTC(1980 + index, 1, 29 - (index % 3))) }),
      ...(index % 2 === 0 && { jobTitle: "Señor" }),
      emails: index % 2 === 0 ? { "1": { name: text, address: `Mail${index % 5}@costa.example` } } : {},
      phones: index % 3 === 1 ? { businessPhone: "+39 02 (555) 0103", mobilePhone: "*31#" } : {},
      addresses: index % 4 === 1 ? { business: { street: text, city: textAt(index + 4) } } : {},
      children: index % 6 === 1 ? ["Kim", textAt(index)] : [],
    },
  };
}

function taskFields(index: number): ItemFields {
  return {
    ...emptyFields("task"),
    ...(index % 8 !== 7 && { subject: textAt(index) }),
    importance: index % 3 === 0 ? "high" : "low",
    task: {
      ...emptyTask(),
      owner: textAt(index + 1),
      status: (["notStarted", "inProgress", "completed", "deferred"] as const)[index % 4] ?? "notStarted",
      percentComplete: [0, 33, 100, 50][index % 4] ?? 0,
      ...(index % 2 === 0 && { dueAt: at(index) }),
      ...(index % 3 === 0 && { startAt: at(index - 1) }),
      ...(index % 4 === 0 && { totalWorkMinutes: [0, 1, 2_147_483_647][index % 3] ?? 0 }),
      ...(index % 5 === 0 && { mileage: textAt(index), billingInformation: "B_1%" }),
      companies: index % 2 === 0 ? [textAt(index)] : [],
    },
  };
}

const kinds: readonly (readonly [ItemKind, string, (index: number) => ItemFields])[] = [
  ["message", "inbox", messageFields],
  ["event", "calendar", eventFields],
  ["contact", "contacts", contactFields],
  ["task", "tasks", taskFields],
];

/** How many items of each kind `fillVaried` makes. */
export const variedCount = nastyTexts.length;

/** Fills the first mailbox of an empty sandbox with items as unlike each other as they can be. */
export function fillVaried(sandbox: FullSandbox): void {
  const mailbox = sandbox.organisation.requireMailbox(mail);
  for (const [kind, folder, fieldsOf] of kinds) {
    const { id } = mailbox.folders.requireWellKnown(folder);
    for (let index = 0; index < variedCount; index += 1) mailbox.createItem(kind, id, fieldsOf(index));
  }
}
