import { beforeEach, describe, expect, it } from "vitest";
import { ConnectorError } from "#spi";
import { createSavedActivities } from "../../../src/runtime/saved-activities.ts";
import type { Call, SavedActivityInput } from "../../../src/runtime/use-cases.ts";
import { realRandom } from "./fixtures.ts";
import { callBy, refusalOf, type Workplace, workplace } from "./workplace.ts";

const call = callBy();
let here: Workplace;
let saved: ReturnType<typeof createSavedActivities>;
const never = (): never => {
  throw new Error("not called here");
};
let ran: { kind: string; connection: string; body: unknown; call: Call }[];

beforeEach(async () => {
  here = await workplace();
  ran = [];
  const activities = {
    query: async (by: Call, connection: string, body: unknown) => {
      ran.push({ kind: "query", connection, body, call: by });
      return { columns: [], records: [], warnings: [] };
    },
    write: async (by: Call, connection: string, kind: string, body: unknown) => {
      ran.push({ kind, connection, body, call: by });
      return { outcomes: [], summary: { succeeded: 0, failed: 0, notAttempted: 0, indeterminate: 0 } };
    },
    execute: async (by: Call, connection: string, body: unknown) => {
      ran.push({ kind: "execute", connection, body, call: by });
      return { results: [], warnings: [] };
    },
  };
  const { store, connections: access, variables, audit, paging, clock } = here;
  saved = createSavedActivities({ store, access, variables, activities, audit, paging, clock, random: realRandom });
  await here.connections.create(call, { name: "mail", connector: "postbox", properties: { Server: "s" } });
  return () => here.store.close();
});

const activity = (over: Partial<SavedActivityInput> = {}): SavedActivityInput => ({
  name: "newest",
  connection: "mail",
  kind: "query",
  body: { table: "Inbox", limit: 5 },
  ...over,
});

describe("saved activities", () => {
  it("take back what is shown of them, and refuse another id", async () => {
    const { value } = await saved.create(call, activity());
    const again = await saved.replace(call, "newest", value);
    expect(again.value).toEqual(value);
    expect(await refusalOf(saved.replace(call, "newest", { ...value, id: "other" }))).toBe("INVALID_REQUEST /id");
  });

  it("follow their connection to its new name", async () => {
    const { value } = await saved.create(call, activity());
    const { id } = await here.connections.locate(call, "mail");
    await saved.create(call, activity({ name: "by id", connection: id }));
    await here.connections.patch(call, "mail", { name: "post" });
    const renamed = await saved.get(call, "newest");
    expect(renamed.value).toEqual({ ...value, connection: "post" });
    expect((await saved.replace(call, "newest", renamed.value)).value).toEqual(renamed.value);
    expect((await saved.get(call, "by id")).value.connection).toBe(id);
  });

  it("tell where to authorize their connection", async () => {
    const dead = new ConnectorError("AUTHORIZATION_REQUIRED", "No token.", { evidence: { seen: 1 } });
    const { store, connections: access, variables, audit, paging, clock } = here;
    const activities = { query: () => Promise.reject(dead), write: never, execute: never };
    saved = createSavedActivities({ store, access, variables, activities, audit, paging, clock, random: realRandom });
    await saved.create(call, activity());
    const { id } = await access.locate(call, "mail");
    await expect(saved.run(call, "newest", {})).rejects.toMatchObject({
      evidence: { seen: 1, authorize: `/v1/connections/${id}/authorizations` },
    });
  });

  it("are kept, changed by ETag and removed", async () => {
    const { value, etag } = await saved.create(call, activity({ description: "d" }));
    expect(value).toMatchObject({
      name: "newest",
      connection: "mail",
      kind: "query",
      body: { table: "Inbox", limit: 5 },
    });
    expect(value).not.toHaveProperty("connectionId");
    expect(await saved.get(call, value.id)).toEqual({ value, etag });
    expect(await refusalOf(saved.create(call, activity()))).toBe("CONFLICT");
    expect(await refusalOf(saved.create(call, activity({ name: value.id })))).toBe("CONFLICT");
    const next = await saved.replace(call, "newest", activity(), etag);
    expect(next.value).not.toHaveProperty("description");
    expect(await saved.replace(call, "newest", activity(), etag)).toEqual(next);
    expect(await refusalOf(saved.replace(call, "newest", activity({ name: "x" }), etag))).toBe("PRECONDITION");
    expect((await saved.list(call, { pageSize: 10 })).items).toEqual([next.value]);
    await saved.remove(call, "newest", next.etag);
    expect(await refusalOf(saved.get(call, "newest"))).toBe("NOT_FOUND");
  });

  it("are refused with a wrong body, name or connection", async () => {
    const refused = (over: Partial<SavedActivityInput>) => refusalOf(saved.create(call, activity(over)));
    expect(await refused({ body: { tabel: "Inbox" } })).toBe("INVALID_REQUEST /table /tabel");
    expect(await refused({ body: { table: "Inbox", limit: "many" } })).toBe("INVALID_REQUEST /limit");
    expect(await refused({ body: { sql: "SELECT 1", table: "x" } })).toBe("INVALID_REQUEST /table");
    expect(await refused({ kind: "execute", body: { table: "Inbox" } })).toBe("INVALID_REQUEST /procedure /table");
    expect(await refused({ kind: "create", body: { table: "Inbox", rows: [1] } })).toBe("INVALID_REQUEST /rows/0");
    expect(await refused({ name: "a/b" })).toBe("INVALID_REQUEST /name");
    expect(await refused({ connection: "none" })).toBe("NOT_FOUND /connection");
  });

  it("keep a connection from being removed, and follow it when it is renamed", async () => {
    await saved.create(call, activity());
    expect(await refusalOf(here.connections.remove(call, "mail", { force: false }))).toBe("CONFLICT");
    const { value } = await here.connections.patch(call, "mail", { name: "renamed" });
    await saved.run(call, "newest", {});
    expect(ran[0]?.connection).toBe(value.id);
  });

  it("are seen only by keys that may use their connection", async () => {
    await here.connections.create(call, { name: "other", connector: "postbox", properties: { Server: "s" } });
    await saved.create(call, activity());
    await saved.create(call, activity({ name: "second", connection: "other" }));
    const limited = callBy({ connections: ["mail"] });
    expect((await saved.list(limited, { pageSize: 10 })).items.map(({ name }) => name)).toEqual(["newest"]);
    expect(await refusalOf(saved.get(limited, "second"))).toBe("FORBIDDEN");
    expect(await refusalOf(saved.run(limited, "second", {}))).toBe("FORBIDDEN");
    expect(await refusalOf(saved.create(limited, activity({ name: "x", connection: "other" })))).toBe("FORBIDDEN");
    expect(await refusalOf(saved.run(limited, "newest", {}))).toBe("accepted");
  });
});

describe("running", () => {
  it("puts variables into the values of a body, its own ones over the stored ones", async () => {
    await here.variables.create(call, { name: "since", kind: "project", secret: false, value: "2026-01-01" });
    const body = {
      table: "[table{Inbox}]",
      where: {
        and: [
          { column: "Date", operator: ">", value: "[since]" },
          { column: "Subject", operator: "=", value: "[[EXT]" },
        ],
      },
      limit: "[count]",
    };
    await saved.create(call, activity({ body }));
    await saved.run(call, "newest", { variables: { count: 7 } });
    await saved.run(call, "newest", {
      variables: { count: "8", since: "2026-02-02", table: "Drafts" },
      pageToken: "p",
    });
    const where = (since: string) => ({
      and: [
        { column: "Date", operator: ">", value: since },
        { column: "Subject", operator: "=", value: "[EXT]" },
      ],
    });
    expect(ran.map((run) => run.body)).toEqual([
      { table: "Inbox", where: where("2026-01-01"), limit: 7 },
      { table: "Drafts", where: where("2026-02-02"), limit: 8, pageToken: "p" },
    ]);
    expect(ran[0]?.call.variables).toEqual({ count: 7 });
    expect(await refusalOf(saved.run(call, "newest", {}))).toBe("INVALID_PROPERTY /limit");
    expect(await refusalOf(saved.run(call, "newest", { variables: { count: "many" } }))).toBe("INVALID_QUERY");
  });

  it("changes SQL text in its string literals only, where no value can become a part of the statement", async () => {
    const sql = `SELECT [Subject], "a'b" FROM [Inbox] -- '[x]'\n WHERE [From] = '[who]' AND [To] LIKE '%it''s [who]%' /* '[y]' */`;
    await saved.create(call, activity({ body: { sql, parameters: ["[who]", 5] } }));
    await saved.run(call, "newest", { variables: { who: "x' OR '1'='1", Subject: "gone" } });
    expect(ran[0]?.body).toEqual({
      sql: `SELECT [Subject], "a'b" FROM [Inbox] -- '[x]'\n WHERE [From] = 'x'' OR ''1''=''1' AND [To] LIKE '%it''s x'' OR ''1''=''1%' /* '[y]' */`,
      parameters: ["x' OR '1'='1", 5],
    });
  });

  it("takes rows and input of the call as data, and refuses what its kind does not take", async () => {
    await saved.create(
      call,
      activity({ name: "add", kind: "create", body: { table: "Contacts", onRowError: "stop" } }),
    );
    await saved.run(call, "add", { rows: [{ Subject: "[not a variable]", Body: "[x]" }] });
    expect(ran[0]).toMatchObject({
      kind: "create",
      body: { table: "Contacts", onRowError: "stop", rows: [{ Subject: "[not a variable]", Body: "[x]" }] },
    });
    await saved.create(
      call,
      activity({ name: "send", kind: "execute", body: { procedure: "SendMail", input: { To: "a", Cc: "b" } } }),
    );
    await saved.run(call, "send", { input: { To: "[c]" } });
    expect(ran[1]?.body).toEqual({ procedure: "SendMail", input: { To: "[c]", Cc: "b" } });
    expect(await refusalOf(saved.run(call, "send", { rows: [] }))).toBe("INVALID_REQUEST /rows");
    expect(await refusalOf(saved.run(call, "add", { input: {} }))).toBe("INVALID_REQUEST /input");
    expect(await refusalOf(saved.run(call, "add", { pageToken: "x" }))).toBe("INVALID_REQUEST /pageToken");
  });

  it("puts no secret variable into a body", async () => {
    await here.variables.create(call, { name: "pw", kind: "global", secret: true, value: "hush" });
    await saved.create(
      call,
      activity({ body: { table: "Inbox", where: { column: "Subject", operator: "=", value: "[pw]" } } }),
    );
    const error = await saved.run(call, "newest", {}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "INVALID_QUERY" });
    expect(String(error)).not.toContain("hush");
  });
});
