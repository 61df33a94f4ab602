import { randomUUID } from "node:crypto";
import { guidOf, type Mailbox } from "../mailboxes/index.ts";

/** A group of calendars; calendars without a group are in the first one. */
export type CalendarGroup = { readonly id: string; name: string; readonly classId: string; changeNumber: number };

/** A colour category of a mailbox. */
export type Category = { readonly id: string; displayName: string; color: string };

/** What Graph keeps of one mailbox besides folders and items. */
export type MailboxExtra = {
  readonly calendarGroups: CalendarGroup[];
  /** Calendar folder id to group id. */
  readonly groupOfCalendar: Map<string, string>;
  readonly calendarColors: Map<string, string>;
  /** Calendar folder id to the provider of its online meetings. */
  readonly meetingProviders: Map<string, string>;
  readonly categories: Category[];
  settings: { timeZone: string; locale: string; dateFormat: string; timeFormat: string };
};

/** Finds, and makes at the first look, what Graph keeps of a mailbox. */
export type MailboxExtras = { of(mailbox: Mailbox): MailboxExtra };

/** Class ids of the calendar groups every mailbox has. */
const startGroups: readonly (readonly [name: string, classId: string])[] = [
  ["My Calendars", "0006f0b7-0000-0000-c000-000000000046"],
  ["Other Calendars", "0006f0b8-0000-0000-c000-000000000046"],
];

const startCategories: readonly (readonly [name: string, color: string])[] = [
  ["Red category", "preset0"],
  ["Orange category", "preset1"],
  ["Yellow category", "preset3"],
  ["Green category", "preset4"],
  ["Blue category", "preset7"],
  ["Purple category", "preset8"],
];

/** Keeps the extras of mailboxes for as long as the mailboxes live. */
export function createMailboxExtras(): MailboxExtras {
  const known = new WeakMap<Mailbox, MailboxExtra>();
  return {
    of(mailbox) {
      const extra = known.get(mailbox) ?? startingExtra(mailbox);
      known.set(mailbox, extra);
      return extra;
    },
  };
}

/** A new calendar group. */
export function newCalendarGroup(name: string): CalendarGroup {
  return { id: `AAMk${randomUUID().replaceAll("-", "")}=`, name, classId: randomUUID(), changeNumber: 1 };
}

function startingExtra(mailbox: Mailbox): MailboxExtra {
  return {
    calendarGroups: startGroups.map(([name, classId]) => ({
      id: `AAMk${guidOf(`${mailbox.guid} ${name}`).replaceAll("-", "")}=`,
      name,
      classId,
      changeNumber: 1,
    })),
    groupOfCalendar: new Map(),
    calendarColors: new Map(),
    meetingProviders: new Map(),
    categories: startCategories.map(([displayName, color]) => ({
      id: guidOf(`${mailbox.guid} category ${displayName}`),
      displayName,
      color,
    })),
    settings: { timeZone: "UTC", locale: "en-US", dateFormat: "M/d/yyyy", timeFormat: "h:mm tt" },
  };
}
