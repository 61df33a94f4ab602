import { describe, expect, test } from "vitest";
import type { Row } from "#spi";
import { people, useSpokes } from "./stands.ts";

const { ews, graph } = useSpokes();
const { alice, bob, carol, room } = people;
const any = (type: unknown) => expect.any(type);
const text = any(String);

describe.each([ews, graph])("events of the Exchange Server spoke over $schema", (stand) => {
  const { one, rows, received } = stand;
  const isEws = stand.schema === "EWS";

  const meeting = (subject: string, more: Row = {}) =>
    one("Create Calendar Event For User", {
      mailbox: alice,
      subject,
      start: "2031-05-05T09:00:00",
      end: "2031-05-05T10:00:00",
      timeZone: "Europe/Berlin",
      requiredAttendees: [bob],
      ...more,
    });

  test("whole days are the same instants over both schemas", async () => {
    const days = { start: "2031-05-06T00:00:00", end: "2031-05-08T00:00:00", isAllDay: true };
    const made = await meeting("Holiday", days);
    const found = await one("Look up Calendar by Event ID", { mailbox: alice, eventId: [made["itemId"]] });
    expect(found).toMatchObject({ start: "2031-05-05T22:00:00Z", end: "2031-05-07T22:00:00Z", isAllDay: true });
  });

  test("Create Calendar Event For User, read back by Look up Calendar by Event ID", async () => {
    const made = await meeting("Plan <A>", {
      kind: "meeting",
      body: "<b>Agenda</b>",
      bodyType: "html",
      location: "Room & board",
      optionalAttendees: `Carol <${carol}>`,
      resources: [room],
      reminderMinutes: 7,
      legacyFreeBusyStatus: "Tentative",
      sensitivity: "Private",
      isAllDay: false,
    });
    expect(made).toMatchObject({ itemId: text, changeKey: text, created: true });
    const found = await one("Look up Calendar by Event ID", { mailbox: alice, eventId: [made["itemId"]] });
    expect(found).toMatchObject({
      eventId: made["itemId"],
      changeKey: text,
      iCalUId: text,
      subject: "Plan <A>",
      body: expect.stringContaining("Agenda"),
      bodyType: "html",
      start: "2031-05-05T07:00:00Z",
      end: "2031-05-05T08:00:00Z",
      isAllDay: false,
      location: "Room & board",
      organizer: alice,
      requiredAttendees: [any(Object)],
      optionalAttendees: [any(Object)],
      resources: [any(Object)],
      showAs: "tentative",
      sensitivity: "private",
      reminderMinutes: 7,
      isCancelled: false,
      hasAttachments: false,
      type: "singleInstance",
      webLink: text,
      timeZone: "W. Europe Standard Time",
    });
    expect((found["requiredAttendees"] as readonly Row[]).map(({ address }) => address)).toEqual([bob]);
    expect((found["resources"] as readonly Row[]).map(({ address }) => address)).toEqual([room]);
    expect(await received(bob, "Plan <A>")).toHaveLength(1);
    expect(await received(alice, "Plan <A>")).not.toContain("Plan <A>");
  });

  test("an appointment tells nobody", async () => {
    const input = { kind: "appointment", requiredAttendees: null, location: "Here" };
    const made = await meeting("Quiet time", input);
    expect(await received(bob, "Quiet time")).toEqual([]);
    expect(await one("Look up Calendar Item from Item ID", { mailbox: alice, itemId: made["itemId"] })).toMatchObject({
      subject: "Quiet time",
      location: "Here",
    });
    if (!isEws)
      await expect(meeting("Quiet guests", { kind: "appointment" })).rejects.toMatchObject({
        code: "UNSUPPORTED",
        target: "requiredAttendees",
      });
  });

  test("a room that is no room is refused, and nobody is told", async () => {
    const refused = { causeCode: "ROOM_NOT_A_ROOM", evidence: { address: bob } };
    await expect(meeting("Wrong room", { resources: [bob] })).rejects.toMatchObject(refused);
    expect(await received(bob, "Wrong room")).toEqual([]);
  });

  test("Update a Calendar Meeting and Delete Calendar Event for User tell the attendees", async () => {
    const made = await meeting("Moved", { optionalAttendees: [carol], resources: [room] });
    const changed = await one("Update a Calendar Meeting", {
      mailbox: alice,
      itemId: made["itemId"],
      ...(isEws ? { changeKey: made["changeKey"] } : {}),
      subject: "Moved twice",
      body: "Later",
      bodyType: "text",
      start: "2031-05-06T09:00:00",
      end: "2031-05-06T10:30:00",
      timeZone: "W. Europe Standard Time",
      isAllDay: false,
      location: "Elsewhere",
      requiredAttendees: `${bob}`,
      reminderMinutes: 3,
      legacyFreeBusyStatus: "Busy",
      sensitivity: "Normal",
    });
    expect(changed).toMatchObject({ itemId: made["itemId"], changeKey: text });
    const [found = {}] = await rows("Look up Calendar by Event ID", { mailbox: alice, eventId: [made["itemId"]] });
    expect(found).toMatchObject({ subject: "Moved twice", start: "2031-05-06T07:00:00Z", location: "Elsewhere" });
    expect((found["optionalAttendees"] as readonly Row[]).map(({ address }) => address)).toEqual([carol]);
    await one("Update a Calendar Meeting", {
      mailbox: alice,
      itemId: made["itemId"],
      optionalAttendees: [],
      resources: [room],
    });
    expect((await received(bob, "Moved")).length).toBeGreaterThanOrEqual(2);
    const input = { mailbox: alice, itemId: made["itemId"], comment: "Not needed" };
    expect(await one("Delete Calendar Event for User", input)).toEqual({ result: "success" });
    expect((await received(bob, "Moved twice")).some((subject) => /cancel/i.test(subject))).toBe(true);
    await expect(
      one("Look up Calendar Item from Item ID", { mailbox: alice, itemId: made["itemId"] }),
    ).rejects.toMatchObject(isEws ? {} : { code: "NOT_FOUND" });
  });

  test("an event without attendees is deleted in silence; a change says what to change", async () => {
    const made = await meeting("Alone", { requiredAttendees: null });
    const place = { mailbox: alice, itemId: made["itemId"] };
    await expect(one("Update a Calendar Meeting", place)).rejects.toMatchObject({ code: "INVALID_QUERY" });
    expect(await one("Delete Calendar Event for User", { ...place, notify: false })).toEqual({ result: "success" });
  });

  test("times, zones and addresses that cannot be are refused", async () => {
    await expect(meeting("Backwards", { end: "2031-05-05T08:00:00" })).rejects.toMatchObject({ target: "end" });
    await expect(meeting("Nonsense", { start: "soon" })).rejects.toMatchObject({ target: "start" });
    await expect(meeting("Nowhere", { timeZone: "Mars/Olympus" })).rejects.toMatchObject({ code: "INVALID_QUERY" });
    await expect(meeting("Nobody", { requiredAttendees: ["not an address"] })).rejects.toMatchObject({
      target: "requiredAttendees",
    });
    await expect(meeting("Elsewhere", { mailbox: "alice" })).rejects.toMatchObject({ code: "INVALID_QUERY" });
  });
});
