import { afterEach, describe, expect, test } from "vitest";
import { ConnectorError, type Row } from "#spi";
import { openGraphSession } from "../../../../connectors/microsoft-exchange/graph/session.ts";
import { expectContract } from "./contract.ts";
import { config, type FakeGraph, fakeGraph, type Handler, neverAborted, type Seen, table } from "./fake-graph.ts";

let fake: FakeGraph;
afterEach(() => expectContract(fake.seen));

type Kind = "create" | "update" | "delete";
interface Entry {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Row;
}

function write(kind: Kind, name: string, rows: readonly Row[], handler: Handler) {
  fake = fakeGraph(handler);
  return openGraphSession(config, fake.context)[kind](table(name), rows, neverAborted);
}

const entries = ({ body }: Seen): readonly Entry[] => (body as { requests: readonly Entry[] }).requests;
const answerAll = (answer: (entry: Entry) => object): Handler => {
  return (request) =>
    request.url.pathname.endsWith("/$batch")
      ? { body: { responses: entries(request).map((entry) => ({ id: entry.id, ...answer(entry) })) } }
      : { status: 201, body: { id: "X" } };
};

describe("create", () => {
  test("rows go in one batch, nested again, recognisable, and tell their ids in order", async () => {
    const outcomes = await write(
      "create",
      "Messages",
      [
        {
          subject: "a & <b> 'c'",
          body_content: "text",
          toRecipients: [{ emailAddress: { address: "b@example.com" } }],
        },
        { subject: "two", body_content: "<p>", body_contentType: "html", parentFolderId: "Drafts" },
      ],
      answerAll((entry) => ({ status: 201, body: { id: `made ${entry.id}` } })),
    );
    expect(outcomes).toEqual([
      { index: 0, status: "succeeded", key: { id: "made 0" } },
      { index: 1, status: "succeeded", key: { id: "made 1" } },
    ]);
    const [first, second] = entries(fake.seen[0] as Seen);
    expect(first?.url).toBe("/me/messages");
    expect(second?.url).toBe("/me/mailFolders/drafts/messages");
    expect(first?.body).toMatchObject({
      subject: "a & <b> 'c'",
      body: { contentType: "text", content: "text" },
      singleValueExtendedProperties: [{ value: "00000000-0000-4000-8000-000000000001" }],
    });
  });

  test("only throttled parts are sent again, after the longest wait asked for", async () => {
    let calls = 0;
    const outcomes = await write(
      "create",
      "Contacts",
      [{ givenName: "a" }, { givenName: "b" }, { givenName: "c" }],
      (request) => {
        calls += 1;
        if (!request.url.pathname.endsWith("$batch")) return { status: 201, body: { id: "late" } };
        const throttled = {
          status: 429,
          headers: { "Retry-After": "3" },
          body: { error: { code: "TooManyRequests" } },
        };
        return {
          body: {
            responses: entries(request).map(({ id }) =>
              id === "1" ? { id, ...throttled } : { id, status: 201, body: { id } },
            ),
          },
        };
      },
    );
    expect(calls).toBe(2);
    expect(fake.waits).toEqual([3000]);
    expect(fake.seen[1]?.url.pathname).toBe("/v1.0/me/contacts");
    expect(outcomes.map(({ key }) => key?.id)).toEqual(["0", "late", "2"]);
  });

  test("a refused row fails alone", async () => {
    const outcomes = await write(
      "create",
      "Contacts",
      [{ givenName: "a" }, { givenName: "b" }],
      answerAll(({ id }) =>
        id === "0"
          ? { status: 400, body: { error: { code: "ErrorPropertyValidationFailure", message: "bad" } } }
          : { status: 201, body: { id: "B" } },
      ),
    );
    expect(outcomes).toEqual([
      {
        index: 0,
        status: "failed",
        error: expect.objectContaining({ code: "INVALID_QUERY", cause: "GRAPH_VALUE_REFUSED" }),
      },
      { index: 1, status: "succeeded", key: { id: "B" } },
    ]);
  });

  test("a lost answer is looked up by its key, never sent again", async () => {
    const outcomes = await write("create", "Messages", [{ subject: "a" }, { subject: "b" }], ({ url, method }) => {
      if (method === "POST") throw new ConnectorError("TIMEOUT", "no answer", { effect: "unknown" });
      const filter = url.searchParams.get("$filter") ?? "";
      return { body: { value: filter.includes("000000000001'") ? [{ id: "found" }] : [] } };
    });
    expect(fake.seen.filter(({ method }) => method === "POST")).toHaveLength(1);
    expect(outcomes).toEqual([
      { index: 0, status: "succeeded", key: { id: "found" } },
      { index: 1, status: "indeterminate", error: expect.objectContaining({ code: "TIMEOUT" }) },
    ]);
    expect(fake.waits).toEqual([5000]);
  });

  test("events are sent again under the same transactionId", async () => {
    let calls = 0;
    const row = {
      subject: "meeting",
      start_dateTime: "2026-03-01T10:00:00",
      start_timeZone: "W. Europe Standard Time",
      end_dateTime: "2026-03-01T11:00:00",
      attendees: [{ type: "required", emailAddress: { address: "b@example.com" } }],
      recurrence_pattern_type: "weekly",
      recurrence_pattern_interval: 1,
      recurrence_pattern_daysOfWeek: ["monday"],
      recurrence_range_type: "noEnd",
      recurrence_range_startDate: "2026-03-01",
    };
    const outcomes = await write("create", "Events", [row], () => {
      calls += 1;
      if (calls === 1) throw new ConnectorError("TIMEOUT", "no answer", { effect: "unknown" });
      return { status: 201, body: { id: "E" } };
    });
    const ids = fake.seen.map(({ body }) => (body as Row).transactionId);
    expect(ids).toEqual([ids[0], ids[0]]);
    expect(fake.seen[0]?.body).toMatchObject({
      start: { dateTime: "2026-03-01T10:00:00", timeZone: "W. Europe Standard Time" },
      end: { dateTime: "2026-03-01T11:00:00", timeZone: "UTC" },
    });
    expect(outcomes[0]).toEqual({ index: 0, status: "succeeded", key: { id: "E" } });
  });

  test("rows of several users carry their paths; a bad one fails before anything is sent", async () => {
    const outcomes = await write(
      "create",
      "Messages",
      [
        { subject: "a", UserId: "bob@example.com" },
        { subject: "b", UserId: "../x" },
      ],
      () => ({ status: 201, body: { id: "1" } }),
    );
    expect(fake.seen[0]?.url.pathname).toBe("/v1.0/users/bob%40example.com/messages");
    expect(outcomes[1]).toMatchObject({
      index: 1,
      status: "failed",
      error: { code: "INVALID_QUERY", column: "UserId" },
    });
  });
});

describe("update", () => {
  test("a contact keeps its display name", async () => {
    const outcomes = await write("update", "Contacts", [{ id: "1", givenName: "New" }], ({ method }) =>
      method === "GET" ? { body: { id: "1", displayName: "Alice & Bob" } } : { body: { id: "1" } },
    );
    expect(fake.seen.map(({ method }) => method)).toEqual(["GET", "PATCH"]);
    expect(fake.seen[1]?.body).toEqual({ givenName: "New", displayName: "Alice & Bob" });
    expect(outcomes).toEqual([{ index: 0, status: "succeeded", key: { id: "1" } }]);
    await write("update", "Contacts", [{ id: "1", displayName: "Own" }], () => ({ body: { id: "1" } }));
    expect(fake.seen.map(({ body }) => body)).toEqual([{ displayName: "Own" }]);
  });

  test("with a change key the item must still have it", async () => {
    const outcomes = await write("update", "Messages", [{ id: "1", subject: "s", changeKey: "CQAAA==" }], () => ({
      status: 412,
      body: { error: { code: "ErrorIrresolvableConflict", message: "changed" } },
    }));
    expect(fake.seen[0]?.headers["If-Match"]).toBe('W/"CQAAA=="');
    expect(fake.seen[0]?.body).toEqual({ subject: "s" });
    expect(outcomes[0]).toMatchObject({ status: "failed", key: { id: "1" }, error: { code: "PRECONDITION" } });
  });

  test("NULL clears, an emptied recipient is cleared whole", async () => {
    await write(
      "update",
      "Messages",
      [{ id: "1", categories: [], from_emailAddress_address: null, flag_dueDateTime_dateTime: null }],
      () => ({ body: { id: "1" } }),
    );
    expect(fake.seen[0]?.body).toEqual({ categories: [], from: null, flag: { dueDateTime: null } });
  });

  test("a time zone alone is refused", async () => {
    const outcomes = await write("update", "Events", [{ id: "1", start_timeZone: "UTC" }], () => ({}));
    expect(fake.seen).toHaveLength(0);
    expect(outcomes[0]).toMatchObject({ status: "failed", error: { column: "start_timeZone" } });
  });
});

describe("delete", () => {
  test("a missing item is NOT_FOUND", async () => {
    const outcomes = await write(
      "delete",
      "Messages",
      [{ id: "1" }, { id: "2" }, { id: ".." }],
      answerAll(({ id }) =>
        id === "0" ? { status: 204 } : { status: 404, body: { error: { code: "ErrorItemNotFound" } } },
      ),
    );
    expect(outcomes.map(({ status, error }) => [status, error?.code])).toEqual([
      ["succeeded", undefined],
      ["failed", "NOT_FOUND"],
      ["failed", "NOT_FOUND"],
    ]);
  });

  test("gone after a lost answer is done", async () => {
    let calls = 0;
    const outcomes = await write("delete", "Events", [{ id: "1" }], () => {
      calls += 1;
      if (calls === 1) throw new ConnectorError("TIMEOUT", "no answer", { effect: "unknown" });
      return { status: 404, body: { error: { code: "ErrorItemNotFound" } } };
    });
    expect(outcomes).toEqual([{ index: 0, status: "succeeded", key: { id: "1" } }]);
  });
});
