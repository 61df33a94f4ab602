import { describe, expect, test } from "vitest";
import type { Row } from "#spi";
import { alice, connect, graphProperties } from "../support/stand.ts";
import { fillCalendar } from "./ews/fill-mailbox.ts";
import { onlineProperties } from "./ews/online.ts";
import { delegatedProperties } from "./graph/delegated.ts";
import { fillDirectory } from "./graph/fill-directory.ts";
import { execute, executeOne } from "./support/execute.ts";
import { useWalk } from "./support/walk.ts";

const times = { start: "2031-07-01T09:00:00Z", end: "2031-07-01T10:00:00Z" };
const march = { start: "2031-03-01T00:00:00Z", end: "2031-04-01T00:00:00Z" };

/** Outputs that came with a value in any of the rows. */
const filled = (rows: readonly Row[]): Set<string> =>
  new Set(rows.flatMap((row) => Object.keys(row).filter((name) => row[name] !== null)));

describe.each([
  { schema: "EWS", properties: onlineProperties, outputs: ["location"], ofSeries: [] },
  {
    schema: "MSGraph",
    properties: ({ sandbox }: Parameters<typeof onlineProperties>[0]) => graphProperties(sandbox),
    outputs: ["location", "joinUrl"],
    ofSeries: ["seriesMasterId"],
  },
])("actions of the spokes on events over $schema", ({ properties, outputs, ofSeries }) => {
  const context = useWalk({ properties, fill: async (walk) => fillCalendar(walk) });
  const run = (name: string, input: object) => execute(context(), name, input);
  const one = (name: string, input: object) => executeOne(context(), name, input);

  test("an event has an id of another system: made once, changed and deleted by it", async () => {
    const online = { externalId: "other-1" };
    const once = () => one("Create Calendar Event", { subject: "Once", ...times, ...online });
    const { eventId } = await once();
    expect(await once()).toMatchObject({ eventId, created: false });
    expect(await one("Update Calendar Event", { ...online, subject: "Twice" })).toMatchObject({ subject: "Twice" });
    await one("Delete Calendar Event", online);
    const server = { externalId: "other-2" };
    const { itemId } = await one("Create Calendar Event For User", { subject: "Once", ...times, ...server });
    const updated = await one("Update a Calendar Meeting", { ...server, subject: "Twice" });
    expect(updated["itemId"]).toBe(itemId);
    await one("Delete Calendar Event for User", server);
  });

  test("what events of a window and by id tell", async () => {
    for (const name of ["Look up Meetings Stream", "Look up Calendar View Stream"]) {
      const rows = await run(name, march);
      for (const output of [...outputs, ...ofSeries]) expect(filled(rows), name).toContain(output);
      const told = [...outputs, ...ofSeries];
      const id = rows.find((row) => told.every((output) => row[output] !== null))?.["eventId"];
      const found = [
        await run("Look up Calendar by Event ID", { eventId: [id] }),
        await run("Look up Calendar Item from Item ID", { itemId: id }),
        await run("Look up Event by ID", { eventId: id }),
      ];
      for (const each of found) for (const output of told) expect(filled(each)).toContain(output);
    }
  });

  test("one occurrence of a series is changed", async () => {
    const rows = await run("Look up Calendar View Stream", march);
    const { eventId } = rows.find((row) => row["location"] === "Room One") ?? {};
    const changed = await run("Update Calendar Event", { eventId, subject: "Changed alone" });
    expect(changed).toMatchObject([{ subject: "Changed alone" }]);
    for (const output of ofSeries) expect(filled(changed)).toContain(output);
  });
});

describe("actions of the spokes that one schema has alone", () => {
  const ews = useWalk({ properties: onlineProperties });
  const graph = useWalk({
    properties: ({ sandbox }) => graphProperties(sandbox),
    fill: async (walk) => fillDirectory(walk),
  });

  test("over EWS any folder is watched", async () => {
    const watched = await executeOne(ews(), "Create Subscription", { folder: "inbox", eventTypes: ["created"] });
    expect(watched).toMatchObject({ subscriptionId: expect.any(String), watermark: expect.any(String) });
  });

  test("over Graph rooms tell what stands in them", async () => {
    const rooms = await execute(graph(), "Look up Rooms Stream", {});
    expect(rooms[0]).toMatchObject({ audioDevice: "Speaker", videoDevice: "Camera", displayDevice: "Screen" });
  });

  test("over Graph people are proposed times of their own mailbox, or told why there are none", async () => {
    const { admin, sandbox } = graph().stand;
    await connect(admin, "alice", delegatedProperties(sandbox));
    const find = async (procedure: string, input: object): Promise<readonly Row[]> =>
      (await admin.run("alice", "execute", { procedure, input })).results;
    const window = { start: "2031-07-01T00:00:00Z", end: "2031-07-02T00:00:00Z" };
    const suggestions = { mailbox: alice, mailboxes: ["bob@sandbox.example"], ...window };
    expect((await find("Look up Meeting Suggestions", suggestions)).length).toBeGreaterThan(0);
    const timeConstraint = { ...window, activityDomain: "unrestricted" };
    const wish = { user: alice, attendees: ["bob@sandbox.example"], timeConstraint };
    expect((await find("Find Meeting Times", wish)).length).toBeGreaterThan(0);
    const short = { ...wish, timeConstraint: { ...timeConstraint, end: "2031-07-01T00:10:00Z" }, duration: 60 };
    expect(filled(await find("Find Meeting Times", short))).toContain("emptySuggestionsReason");
  });
});
