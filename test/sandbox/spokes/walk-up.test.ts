import { describe, expect, test } from "vitest";
import { people, useSpokes } from "./stands.ts";

const { ews, graph } = useSpokes();
const { alice, bob } = people;

/** The rounds of an appointment by the actions of both spokes. */
const spokes = [
  {
    spoke: "Exchange Server",
    create: "Create Calendar Event For User",
    move: "Update a Calendar Meeting",
    cancel: "Delete Calendar Event for User",
    inputs: { mailbox: alice },
    attendees: { requiredAttendees: [bob] },
    key: "itemId",
  },
  {
    spoke: "Exchange Online",
    create: "Create Calendar Event",
    move: "Update Calendar Event",
    cancel: "Delete Calendar Event",
    inputs: { user: alice },
    attendees: { attendees: [bob] },
    key: "eventId",
  },
] as const;

/**
 * What Walk-up does with an appointment, keyed by its own id of it: the requester gets an invitation, an update and a
 * cancellation, however often a call is repeated.
 */
describe.each([ews, graph])("a walk-up appointment over $schema", ({ schema, one, received }) => {
  test.each(spokes)("by the $spoke spoke", async ({ spoke, create, move, cancel, inputs, attendees, key }) => {
    const externalId = `IMS-${schema}-${spoke}`;
    const subject = `Walk-up ${schema} ${spoke}`;
    const appointment = {
      ...inputs,
      ...attendees,
      externalId,
      subject,
      start: "2031-09-01T09:00:00Z",
      end: "2031-09-01T09:30:00Z",
    };
    const made = await one(create, appointment);
    expect(made["created"]).toBe(true);
    const again = await one(create, appointment);
    expect(again).toMatchObject({ [key]: made[key], created: false });
    expect(await received(bob, subject)).toHaveLength(1);
    // Ids that begin alike are others.
    const other = await one(create, { ...appointment, externalId: `${externalId}0`, subject: `Another ${spoke}` });
    expect(other["created"]).toBe(true);

    const moved = { ...inputs, externalId, start: "2031-09-01T10:00:00Z", end: "2031-09-01T10:30:00Z" };
    expect((await one(move, moved))[key]).toBe(made[key]);
    expect(await received(bob, subject)).toHaveLength(2);
    expect(await one("Look up Event by ID", { user: alice, eventId: made[key] })).toMatchObject({
      start: "2031-09-01T10:00:00Z",
    });

    expect(await one(cancel, { ...inputs, externalId })).toEqual(
      spoke === "Exchange Server" ? { result: "success" } : { status: "success" },
    );
    const told = await received(bob, subject);
    expect(told).toHaveLength(3);
    expect(told.filter((each) => /cancel/i.test(each))).toHaveLength(1);
    await expect(one(cancel, { ...inputs, externalId })).rejects.toMatchObject({
      code: "NOT_FOUND",
      target: "externalId",
    });
    expect(await received(bob, subject)).toHaveLength(3);
  });

  test("an event is named by its id or by that of its appointment", async () => {
    await expect(one("Delete Calendar Event", { user: alice })).rejects.toMatchObject({ target: "eventId" });
    await expect(one("Update a Calendar Meeting", { mailbox: alice, subject: "x" })).rejects.toMatchObject({
      target: "itemId",
    });
  });
});
