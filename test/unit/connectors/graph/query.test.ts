import { afterEach, describe, expect, test } from "vitest";
import type { ActivityLimits, Batch, BoundQuery, Condition, RecordStream } from "#spi";
import type { GraphBinding } from "../../../../connectors/microsoft-exchange/graph/binding.ts";
import { openGraphSession } from "../../../../connectors/microsoft-exchange/graph/session.ts";
import { split } from "../../../../src/query/split.ts";
import { expectContract } from "./contract.ts";
import {
  base,
  column,
  config,
  type FakeGraph,
  fakeGraph,
  type Handler,
  neverAborted,
  select,
  table,
} from "./fake-graph.ts";

let fake: FakeGraph;
afterEach(() => expectContract(fake.seen));

const limits: ActivityLimits = { pageSize: 1000, readOnly: false, localFiltering: false, localWork: true };

function run(query: BoundQuery<GraphBinding>, handler: Handler, overrides: Partial<typeof config> = {}): RecordStream {
  fake = fakeGraph(handler);
  return openGraphSession({ ...config, ...overrides }, fake.context).query(query, neverAborted);
}

async function all(stream: RecordStream): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of stream) batches.push(batch);
  return batches;
}

const rows = async (stream: RecordStream) => (await all(stream)).flatMap((batch) => batch.rows);
const where = (name: string, of: string, operator: string, value: unknown): Condition<GraphBinding> =>
  ({ column: column(table(name), of), operator, value }) as Condition<GraphBinding>;
const paths = () => fake.seen.map(({ url }) => url.pathname);
/** What the session receives after the neutral split. */
const pushed = (query: BoundQuery<GraphBinding>, own = limits): BoundQuery<GraphBinding> =>
  split(query as BoundQuery, own).pushed as BoundQuery<GraphBinding>;

describe("lists", () => {
  test("asks for the columns only, flattens, and follows next links of the same origin", async () => {
    const query = select("Messages", ["subject", "from_emailAddress_address", "toRecipients", "receivedDateTime"]);
    const batches = await all(
      run(query, ({ url }) =>
        url.searchParams.has("$skip")
          ? { body: { value: [{ id: "2", subject: "b", receivedDateTime: "2026-03-01T10:00:00.1200000Z" }] } }
          : {
              body: {
                value: [
                  {
                    id: "1",
                    subject: " a & <b> ",
                    from: { emailAddress: { name: "Alice", address: "alice@example.com" } },
                    toRecipients: [{ emailAddress: { address: "bob@example.com" } }],
                    receivedDateTime: "2026-03-01T10:00:00Z",
                  },
                ],
                "@odata.nextLink": `${base}/me/messages?$select=id,subject&$skip=1`,
              },
            },
      ),
    );
    const first = fake.seen[0]?.url;
    expect(first?.pathname).toBe("/v1.0/me/messages");
    expect(first?.searchParams.get("$select")).toBe("id,subject,from,toRecipients,receivedDateTime");
    expect(first?.searchParams.get("$top")).toBe("1000");
    expect(batches.map((batch) => batch.rows)).toEqual([
      [
        {
          subject: " a & <b> ",
          from_emailAddress_address: "alice@example.com",
          toRecipients: [{ emailAddress: { address: "bob@example.com" } }],
          receivedDateTime: "2026-03-01T10:00:00Z",
        },
      ],
      [
        {
          subject: "b",
          from_emailAddress_address: null,
          toRecipients: null,
          receivedDateTime: "2026-03-01T10:00:00.12Z",
        },
      ],
    ]);
    expect(batches[0]?.position).toBeDefined();
    expect(batches[1]?.position).toBeUndefined();
  });

  test("goes on at a position, without asking for the first page", async () => {
    const query = select("Messages", ["subject"]);
    const handler: Handler = ({ url }) =>
      url.searchParams.get("$skip") === "1"
        ? { body: { value: [{ subject: "b" }] } }
        : { body: { value: [{ subject: "a" }], "@odata.nextLink": `${base}/me/messages?$skip=1` } };
    const [first] = await all(run(query, handler));
    const rest = await rows(run({ ...query, from: first?.position ?? "" }, handler));
    expect(rest).toEqual([{ subject: "b" }]);
    expect(fake.seen).toHaveLength(1);
  });

  test.each([
    "https://graph.microsoft.com.evil.example/v1.0/me/messages?$skip=1",
    "http://graph.microsoft.com/v1.0/me/messages?$skip=1",
    "https://graph.microsoft.com:8443/v1.0/me/messages?$skip=1",
    "https://user:pass@graph.microsoft.com/v1.0/me/messages",
    "//evil.example/v1.0/me/messages",
    `https://graph.microsoft.com/${"x".repeat(20_000)}`,
  ])("does not follow %s", async (link) => {
    const stream = run(select("Messages", ["subject"]), () => ({ body: { value: [], "@odata.nextLink": link } }));
    await expect(all(stream)).rejects.toMatchObject({ code: "PROTOCOL", causeCode: "GRAPH_FOREIGN_LINK" });
    expect(fake.seen).toHaveLength(1);
  });

  test("stops when pages go in a circle", async () => {
    const stream = run(select("Messages", ["subject"]), ({ url }) => ({
      body: {
        value: [{ subject: "again" }],
        "@odata.nextLink": `${base}/me/messages?$skip=${url.searchParams.get("$skip") === "1" ? 2 : 1}`,
      },
    }));
    await expect(all(stream)).rejects.toMatchObject({ code: "PROTOCOL", causeCode: "GRAPH_PAGING_LOOP" });
    expect(fake.seen.length).toBeLessThan(5);
  });

  test("limit and offset are applied across pages", async () => {
    const handler: Handler = ({ url }) => {
      const skip = Number(url.searchParams.get("$skip") ?? "0");
      const value = [0, 1, 2].map((at) => ({ subject: `s${skip + at}` }));
      return { body: { value, "@odata.nextLink": `${base}/me/messages?$skip=${skip + 3}` } };
    };
    const found = await rows(run(select("Messages", ["subject"], { limit: 4, offset: 2 }), handler));
    expect(found.map(({ subject }) => subject)).toEqual(["s2", "s3", "s4", "s5"]);
    expect(fake.seen[0]?.url.searchParams.get("$top")).toBe("6");
  });

  test("bodies keep pages small", async () => {
    await all(run(select("Messages", ["body_content"]), () => ({ body: { value: [] } })));
    expect(fake.seen[0]?.url.searchParams.get("$top")).toBe("100");
  });

  test("hostile member names reach no prototype", async () => {
    const found = await rows(
      run(select("Messages", ["subject", "toRecipients"]), () => ({
        body: '{"value":[{"__proto__":{"subject":"evil"},"toRecipients":[{"__proto__":{"polluted":true}}]}]}',
      })),
    );
    expect(found[0]?.subject).toBeNull();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("a page that is no JSON is a protocol error", async () => {
    const stream = run(select("Messages", ["subject"]), () => ({ body: "<html>Sign in</html>" }));
    await expect(all(stream)).rejects.toMatchObject({ code: "PROTOCOL", causeCode: "GRAPH_ANSWER_NOT_JSON" });
  });

  test("asks for a page only when the reader wants it", async () => {
    const handler: Handler = ({ url }) => {
      const skip = Number(url.searchParams.get("$skip") ?? "0");
      return { body: { value: [{ subject: `s${skip}` }], "@odata.nextLink": `${base}/me/messages?$skip=${skip + 1}` } };
    };
    const stream = run(select("Messages", ["subject"]), handler)[Symbol.asyncIterator]();
    await stream.next();
    expect(fake.seen).toHaveLength(1);
    await stream.next();
    await stream.return?.();
    expect(fake.seen).toHaveLength(2);
  });
});

describe("filters and sorts", () => {
  const unread = where("Messages", "isRead", "=", false);
  const newest = [{ column: column(table("Messages"), "receivedDateTime"), direction: "desc" as const }];

  test("a filter that Graph refuses is left out, and the reader told", async () => {
    const batches = await all(
      run(pushed(select("Messages", ["subject", "isRead"], { where: unread })), ({ url }) =>
        url.searchParams.has("$filter")
          ? { status: 400, body: { error: { code: "InefficientFilter", message: "too complex" } } }
          : {
              body: {
                value: [
                  { subject: "a", isRead: true },
                  { subject: "b", isRead: false },
                ],
              },
            },
      ),
    );
    expect(batches[0]?.rows).toHaveLength(2);
    expect(batches[0]?.warnings).toEqual([
      expect.objectContaining({ code: "FILTER_REFUSED", detail: expect.stringContaining("InefficientFilter") }),
    ]);
  });

  test("a query without filter that is refused fails", async () => {
    const stream = run(select("Messages", ["subject"]), () => ({
      status: 400,
      body: { error: { code: "BadRequest" } },
    }));
    await expect(all(stream)).rejects.toMatchObject({ code: "PROTOCOL" });
    expect(fake.seen).toHaveLength(1);
  });

  test("a sort beside a filter leads it", async () => {
    const query = pushed(select("Messages", ["subject"], { where: unread, orderBy: newest }));
    await all(run(query, () => ({ body: { value: [] } })));
    const options = fake.seen[0]?.url.searchParams;
    expect(options?.get("$filter")).toBe("receivedDateTime ge 1900-01-01T00:00:00Z and isRead eq false");
    expect(options?.get("$orderby")).toBe("receivedDateTime desc");
  });

  test("a sort with a limit alone goes to Graph whole", () => {
    const query = pushed(select("Messages", ["subject"], { orderBy: newest, limit: 5 }));
    expect(query).toMatchObject({ limit: 5, orderBy: newest });
  });

  test("text is not sorted by Graph, whose order is not ours", () => {
    const bySubject = [{ column: column(table("Messages"), "subject"), direction: "asc" as const }];
    expect(pushed(select("Messages", ["subject"], { orderBy: bySubject, limit: 5 }))).toMatchObject({ orderBy: [] });
  });
});

describe("addresses", () => {
  test("a folder by well-known name or id, several one after the other", async () => {
    const query = select("Messages", ["subject", "parentFolderId"], {
      where: where("Messages", "parentFolderId", "IN", ["Inbox", "AAMk/+=="]),
    });
    expect(split(query as BoundQuery, limits).residual.where).toBeUndefined();
    await all(run(pushed(query), () => ({ body: { value: [] } })));
    expect(paths()).toEqual(["/v1.0/me/mailFolders/inbox/messages", "/v1.0/me/mailFolders/AAMk%2F%2B%3D%3D/messages"]);
  });

  test("one id is one read, many are a batch, and what is missing is no row", async () => {
    const one = select("Messages", ["subject"], { where: where("Messages", "id", "=", "A/1") });
    expect(await rows(run(pushed(one), () => ({ body: { id: "A/1", subject: "s" } })))).toEqual([{ subject: "s" }]);
    expect(paths()).toEqual(["/v1.0/me/messages/A%2F1"]);
    const many = select("Messages", ["id"], { where: where("Messages", "id", "IN", ["1", "2", "..", ""]) });
    const found = await rows(
      run(pushed(many), () => ({
        body: {
          responses: [
            { id: "1", status: 404, body: { error: { code: "ErrorItemNotFound" } } },
            { id: "0", status: 200, body: { id: "1" } },
          ],
        },
      })),
    );
    expect(found).toEqual([{ id: "1" }]);
    expect(paths()).toEqual(["/v1.0/$batch"]);
  });

  test("conditions on ids that no address can honour stay with the service", () => {
    const either = {
      or: [where("Messages", "parentFolderId", "=", "a"), where("Messages", "parentFolderId", "=", "b")],
    };
    const plan = split(select("Messages", ["subject"], { where: either }) as BoundQuery, limits);
    expect(plan.pushed.where).toBeUndefined();
    expect(plan.residual.where).toBeDefined();
    const not = select("Messages", ["subject"], { where: { not: where("Messages", "id", "=", "x") } });
    const negated = split(not as BoundQuery, limits);
    expect(negated.pushed.where).toBeUndefined();
    expect(negated.residual.where).toBeDefined();
  });

  test("another user's mailbox by condition or by property; nobody for an application token", async () => {
    const empty: Handler = () => ({ body: { value: [] } });
    await all(run(select("Messages", ["id"], { pseudo: { UserId: "bob@example.com" } }), empty, { appOnly: true }));
    await all(run(select("Messages", ["id"]), empty, { userId: "2b7e1516-28ae-4d2a-abf7-158809cf4f3c" }));
    expect(paths()).toEqual(["/v1.0/users/2b7e1516-28ae-4d2a-abf7-158809cf4f3c/messages"]);
    const nobody = run(select("Messages", ["id"]), empty, { appOnly: true });
    await expect(all(nobody)).rejects.toMatchObject({ code: "INVALID_QUERY", causeCode: "GRAPH_USER_REQUIRED" });
    expect(fake.seen).toHaveLength(0);
  });

  test.each([
    "../groups",
    "a/b@example.com",
    "me",
    "x@y@z",
    "bob@example.com/messages",
    "a@b#c",
    "",
  ])("%j is no user", async (UserId) => {
    const stream = run(select("Messages", ["id"], { pseudo: { UserId } }), () => ({ body: { value: [] } }), {
      appOnly: true,
    });
    await expect(all(stream)).rejects.toMatchObject({ code: "INVALID_QUERY", target: "UserId" });
  });

  test("a calendar's id is told even when no condition names it", async () => {
    const found = await rows(
      run(select("Events", ["subject", "calendarId"]), ({ url }) =>
        url.pathname.endsWith("/calendar") ? { body: { id: "CAL" } } : { body: { value: [{ subject: "s" }] } },
      ),
    );
    expect(found).toEqual([{ subject: "s", calendarId: "CAL" }]);
    expect(paths()).toEqual(["/v1.0/me/calendar", "/v1.0/me/calendar/events"]);
    const byId = select("Events", ["subject", "calendarId"], { where: where("Events", "id", "=", "E") });
    const one = await rows(
      run(pushed(byId), ({ url }) =>
        url.pathname.endsWith("/calendar") ? { body: { id: "CAL2" } } : { body: { id: "E", subject: "s" } },
      ),
    );
    expect(one).toEqual([{ subject: "s", calendarId: "CAL2" }]);
  });

  test("calendars tell their group by being read group after group", async () => {
    const found = await rows(
      run(select("Calendars", ["name", "calendarGroupId"]), ({ url }) =>
        url.pathname.endsWith("/calendarGroups")
          ? { body: { value: [{ id: "G1" }, { id: "G2" }] } }
          : { body: { value: [{ name: `of ${url.pathname.split("/")[4]}` }] } },
      ),
    );
    expect(found).toEqual([
      { name: "of G1", calendarGroupId: "G1" },
      { name: "of G2", calendarGroupId: "G2" },
    ]);
  });

  test("a group's calendar", async () => {
    const GroupId = "2b7e1516-28ae-4d2a-abf7-158809cf4f3c";
    await all(run(select("Events", ["subject"], { pseudo: { GroupId } }), () => ({ body: { value: [] } })));
    expect(paths()).toEqual([`/v1.0/groups/${GroupId}/events`]);
  });
});

describe("calendar views", () => {
  const view = (...parts: Condition<GraphBinding>[]) =>
    select("CalendarView", ["subject", "start_dateTime"], parts.length === 0 ? {} : { where: { and: parts } });
  const empty: Handler = () => ({ body: { value: [] } });

  test("bounds on start and end become the window", async () => {
    const query = view(
      where("CalendarView", "start_dateTime", ">=", "2026-03-01T00:00:00Z"),
      where("CalendarView", "end_dateTime", "<=", "2026-03-31T00:00:00Z"),
    );
    const batches = await all(run(pushed(query), empty));
    const options = fake.seen[0]?.url.searchParams;
    expect(options?.get("startDateTime")).toBe("2026-02-28T23:59:59Z");
    expect(options?.get("endDateTime")).toBe("2026-03-31T00:00:01Z");
    expect(fake.seen[0]?.headers).toMatchObject({ prefer: 'outlook.timezone="UTC"' });
    expect(batches[0]?.warnings).toBeUndefined();
  });

  test("without bounds the last 30 days are read, and explain tells", async () => {
    const plan = split(view() as BoundQuery, limits);
    expect(plan.warnings).toEqual([expect.objectContaining({ code: "CALENDAR_WINDOW" })]);
    const batches = await all(run(view(), empty));
    expect(fake.seen[0]?.url.searchParams.get("startDateTime")).toBe("2026-05-02T00:00:00Z");
    expect(fake.seen[0]?.url.searchParams.get("endDateTime")).toBe("2026-06-01T00:00:00Z");
    expect(batches[0]?.warnings).toEqual([expect.objectContaining({ code: "CALENDAR_WINDOW" })]);
  });

  test("the window is kept even where filters are done here", () => {
    const query = view(where("CalendarView", "start_dateTime", ">=", "2026-03-01T00:00:00Z"));
    const plan = split(query as BoundQuery, { ...limits, localFiltering: true });
    expect(plan.pushed.where).toBeDefined();
    expect(plan.residual.where).toBeDefined();
  });

  test("times of other zones are told in UTC", async () => {
    const times = [
      { dateTime: "2026-07-01T09:00:00.0000000", timeZone: "UTC" },
      { dateTime: "2026-07-01T09:00:00.0000000", timeZone: "Europe/Berlin" },
      { dateTime: "2026-07-01T09:00:00.0000000", timeZone: "No Such Zone" },
    ];
    const found = await rows(run(view(), () => ({ body: { value: times.map((start) => ({ start })) } })));
    expect(found.map((row) => row.start_dateTime)).toEqual([
      "2026-07-01T09:00:00Z",
      "2026-07-01T07:00:00Z",
      "2026-07-01T09:00:00.0000000",
    ]);
  });

  test("instances need their series", async () => {
    const none = run(select("EventInstances", ["subject"]), empty);
    await expect(all(none)).rejects.toMatchObject({ code: "INVALID_QUERY" });
    const query = select("EventInstances", ["subject", "eventId"], {
      where: where("EventInstances", "eventId", "=", "M"),
    });
    const found = await rows(run(pushed(query), () => ({ body: { value: [{ subject: "s" }] } })));
    expect(paths()).toEqual(["/v1.0/me/events/M/instances"]);
    expect(found).toEqual([{ subject: "s", eventId: "M" }]);
  });
});

describe("folders, attachments, users", () => {
  test("the folder tree is walked to its depth, and goes on after a position", async () => {
    const handler: Handler = ({ url, body }) => {
      const children = (path: string) =>
        path.includes("/mailFolders/A/")
          ? [{ id: "A1", displayName: "A1", childFolderCount: 1 }]
          : [{ id: "B1", displayName: "B1", childFolderCount: 0 }];
      if (url.pathname.endsWith("/mailFolders")) {
        const top = [
          { id: "A", displayName: "A", childFolderCount: 1 },
          { id: "B", displayName: "B", childFolderCount: 1 },
          { id: "C", displayName: "C", childFolderCount: 0 },
        ];
        return { body: { value: top } };
      }
      if (url.pathname.endsWith("$batch")) {
        const { requests } = body as { requests: { id: string; url: string }[] };
        return {
          body: { responses: requests.map(({ id, url }) => ({ id, status: 200, body: { value: children(url) } })) },
        };
      }
      return { body: { value: [{ id: "A1a", displayName: "A1a", childFolderCount: 0 }] } };
    };
    const query = select("MailFolders", ["displayName"]);
    const batches = await all(run(query, handler));
    expect(batches.flatMap(({ rows }) => rows.map((row) => row.displayName))).toEqual([
      "A",
      "B",
      "C",
      "A1",
      "B1",
      "A1a",
    ]);
    const rest = await rows(run({ ...query, from: batches[0]?.position ?? "" }, handler));
    expect(rest.map((row) => row.displayName)).toEqual(["A1", "B1", "A1a"]);
    const top = await rows(run(query, handler, { folderDepth: 1 }));
    expect(top.map((row) => row.displayName)).toEqual(["A", "B", "C"]);
  });

  test("attachments tell their message, and the bytes of attached items", async () => {
    const query = select("MessageAttachments", ["name", "messageId", "contentBytes", "odataType"], {
      where: where("MessageAttachments", "messageId", "=", "M"),
    });
    const found = await rows(
      run(pushed(query), ({ url }) =>
        url.pathname.endsWith("$value")
          ? { body: "MIME" }
          : {
              body: {
                value: [
                  { "@odata.type": "#microsoft.graph.fileAttachment", id: "1", name: "f", contentBytes: "AAE=" },
                  { "@odata.type": "#microsoft.graph.itemAttachment", id: "2", name: "i" },
                ],
              },
            },
      ),
    );
    expect(fake.seen[0]?.url.searchParams.has("$select")).toBe(false);
    expect(found.map((row) => [row.name, row.messageId, row.contentBytes, row.odataType])).toEqual([
      ["f", "M", "AAE=", "#microsoft.graph.fileAttachment"],
      ["i", "M", Buffer.from("MIME").toString("base64"), "#microsoft.graph.itemAttachment"],
    ]);
  });

  test("profile columns are read user by user when named, and told about when not", async () => {
    const list = {
      body: {
        value: [
          { id: "u1", displayName: "U" },
          { id: "u2", displayName: "V" },
        ],
      },
    };
    const handler: Handler = ({ url, body }) => {
      if (!url.pathname.endsWith("$batch")) return list;
      const { requests } = body as { requests: { id: string }[] };
      return { body: { responses: requests.map(({ id }) => ({ id, status: 200, body: { aboutMe: `me ${id}` } })) } };
    };
    const named = await rows(run(select("Users", ["displayName", "aboutMe"]), handler));
    expect(named).toEqual([
      { displayName: "U", aboutMe: "me 0" },
      { displayName: "V", aboutMe: "me 1" },
    ]);
    const unnamed = await all(run({ ...select("Users", ["displayName", "aboutMe"]), columnsNamed: false }, handler));
    expect(unnamed[0]?.rows[0]).toEqual({ displayName: "U", aboutMe: null });
    expect(unnamed[0]?.warnings).toEqual([expect.objectContaining({ code: "ITEM_COLUMNS_EMPTY" })]);
  });
});

test("all columns of every table can be asked for", async () => {
  const seen: FakeGraph["seen"] = [];
  for (const name of [
    "Messages",
    "Events",
    "CalendarView",
    "Contacts",
    "Calendars",
    "CalendarGroups",
    "Users",
    "Groups",
    "MailFolders",
  ]) {
    const of = table(name);
    const everything = { ...select(name, []), columns: of.columns, columnsNamed: false };
    await all(
      run(everything, ({ url }) => ({ body: url.pathname.endsWith("/calendar") ? { id: "C" } : { value: [] } })),
    );
    seen.push(...fake.seen);
  }
  expect(seen.length).toBeGreaterThan(9);
  await expectContract(seen);
});

describe("refusals", () => {
  test.each([
    [429, "TooManyRequests", "BUSY", "GRAPH_THROTTLED"],
    [503, "ErrorServerBusy", "BUSY", "GRAPH_UNAVAILABLE"],
    [504, "", "TIMEOUT", "GRAPH_GATEWAY_TIMEOUT"],
    [403, "ErrorAccessDenied", "ACCESS_DENIED", "GRAPH_PERMISSION_MISSING"],
    [404, "MailboxNotEnabledForRESTAPI", "NOT_FOUND", "GRAPH_MAILBOX_NOT_HOSTED"],
    [404, "ErrorInvalidUser", "NOT_FOUND", "GRAPH_USER_NOT_FOUND"],
    [401, "InvalidAuthenticationToken", "AUTHENTICATION_FAILED", "GRAPH_TOKEN_REFUSED"],
  ])("%i %s is %s (%s)", async (status, code, expected, causeCode) => {
    const body = { error: { code, message: "told\r\nin two lines", innerError: { "request-id": "r-1" } } };
    const stream = run(select("Messages", ["id"]), () => ({ status, body, headers: { "retry-after": "7" } }));
    await expect(all(stream)).rejects.toMatchObject({
      code: expected,
      causeCode,
      waitMs: 7000,
      message: expect.not.stringMatching(/[\r\n]/),
      remote: { service: "MSGraph", operation: "GET messages", status, requestId: "r-1" },
    });
  });
});
