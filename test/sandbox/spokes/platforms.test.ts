import { describe, expect, test } from "vitest";
import { ewsProcedures, platforms } from "../../../connectors/microsoft-exchange/ews/index.ts";
import { graphProcedures } from "../../../connectors/microsoft-exchange/graph/index.ts";
import { wayOf } from "../../../connectors/microsoft-exchange/spokes/action.ts";
import { spokeActions } from "../../../connectors/microsoft-exchange/spokes/actions.ts";
import { useConnector } from "../connector-ews/support.ts";

const alice = "alice@sandbox.example";

describe.each(platforms)("Platform %s", (platform) => {
  const { execute } = useConnector({}, { platform }, "svc@sandbox.example");

  test("Create Calendar Event For User and Look up Room Availability", async () => {
    const [made] = await execute("Create Calendar Event For User", {
      mailbox: alice,
      subject: `On ${platform}`,
      body: "text",
      start: "2031-10-01T09:00:00",
      end: "2031-10-01T10:00:00",
      timeZone: "Europe/Berlin",
      requiredAttendees: ["bob@sandbox.example"],
      resources: ["room1@sandbox.example"],
    });
    expect(made).toMatchObject({ itemId: expect.any(String), changeKey: expect.any(String) });
    const [room] = await execute("Look up Room Availability", {
      mailbox: alice,
      rooms: ["room1@sandbox.example"],
      start: "2031-10-01T07:00:00Z",
      end: "2031-10-01T08:00:00Z",
      intervalMinutes: 60,
    });
    expect(room).toMatchObject({ responseClass: "Success", mergedFreeBusy: expect.stringMatching(/^[12]$/) });
    const [found] = await execute("Look up Calendar by Event ID", { mailbox: alice, eventId: [made?.["itemId"]] });
    expect(found).toMatchObject({ subject: `On ${platform}`, start: "2031-10-01T07:00:00Z" });
  });
});

describe("the actions of the spokes", () => {
  const counted = (spoke: string, kind?: string) =>
    spokeActions.filter((action) => action.spokes.includes(spoke as never) && action.kind === kind).length;

  test("are as many as ServiceNow lists", () => {
    expect(counted("Exchange Server")).toBe(35);
    expect(counted("Exchange Online")).toBe(32);
    expect(counted("Exchange Online", "agent tool")).toBe(2);
    expect(counted("Exchange Server", "subflow")).toBe(2);
  });

  test("have a name each, and stand in both schemas unless they say why not", () => {
    const names = spokeActions.map(({ name }) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
    const known = new Set(ewsProcedures({ platform: "Exchange_Online" }).map(({ name }) => name));
    const inGraph = new Set(graphProcedures().map(({ name }) => name));
    for (const { name, ews, graph } of spokeActions) {
      expect(known.has(name) || "instead" in ews, name).toBe(true);
      expect(inGraph.has(name) || "instead" in graph, name).toBe(true);
    }
  });

  test("a platform lists those it can do", () => {
    const old = new Set(ewsProcedures({ platform: "Exchange2007" }).map(({ name }) => name));
    for (const { name, ews } of spokeActions) {
      const since = wayOf(ews)?.since;
      if (since !== undefined) expect(old.has(name), name).toBe(false);
    }
    expect(old.has("Create Calendar Event For User")).toBe(true);
  });
});
