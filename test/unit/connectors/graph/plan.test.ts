import { expect, test } from "vitest";
import type { BoundQuery, Condition } from "#spi";
import type { GraphBinding } from "../../../../connectors/microsoft-exchange/graph/binding.ts";
import { graphCalls } from "../../../../connectors/microsoft-exchange/graph/plan.ts";
import { split } from "../../../../src/query/split.ts";
import { column, config, select, table } from "./fake-graph.ts";

const limits = { pageSize: 1000, readOnly: false, localFiltering: false, localWork: true };
const is = (of: string, name: string, value: unknown): Condition<GraphBinding> =>
  ({ column: column(table(of), name), operator: Array.isArray(value) ? "IN" : "=", value }) as Condition<GraphBinding>;
const calls = (query: BoundQuery<GraphBinding>) =>
  graphCalls(split(query as BoundQuery, limits).pushed as BoundQuery<GraphBinding>, config);

test("what cannot be said in a filter is not pushed down, and told", () => {
  const where = { and: [is("Messages", "isRead", false), is("Messages", "subject", "")] };
  const plan = split(select("Messages", ["subject"], { where }) as BoundQuery, limits);
  expect(plan.pushed.where).toMatchObject({ column: { name: "isRead" } });
  expect(plan.warnings.map(({ code, detail }) => [code, /by (\w+) as/.exec(detail)?.[1]])).toEqual([
    ["LOCAL_FILTER", "subject"],
  ]);
  const byId = { and: [is("Messages", "id", "x"), is("Messages", "isRead", false)] };
  const read = split(select("Messages", ["subject"], { where: byId }) as BoundQuery, limits);
  expect(read.pushed.where).toMatchObject({ column: { name: "id" } });
});

test("explain tells the calls of every shape of query", () => {
  const ids = Array.from({ length: 45 }, (_, index) => `id${index}`);
  expect(calls(select("Messages", ["subject"]))).toEqual([{ operation: "GET messages", count: { min: 1 } }]);
  expect(calls(select("Messages", ["subject"], { where: is("Messages", "id", "x") }))).toEqual([
    { operation: "GET messages", count: 1 },
  ]);
  expect(calls(select("Messages", ["subject"], { where: is("Messages", "id", ids) }))).toEqual([
    { operation: "$batch GET messages", count: 3 },
  ]);
  expect(calls(select("Messages", ["subject"], { where: is("Messages", "parentFolderId", ["a", "b"]) }))).toEqual([
    { operation: "GET messages", count: { min: 2 } },
  ]);
  expect(calls(select("Events", ["calendarId"]))).toEqual([
    { operation: "GET calendar", count: 1 },
    { operation: "GET events", count: { min: 1 } },
  ]);
  expect(calls(select("Calendars", ["calendarGroupId"]))).toEqual([
    { operation: "GET parents", count: { min: 1 } },
    { operation: "GET calendars", count: { min: 0 } },
  ]);
  expect(calls(select("MailFolders", ["displayName"]))).toEqual([
    { operation: "GET mailFolders", count: 1 },
    { operation: "$batch GET mailFolders", count: { min: 0 } },
  ]);
  expect(calls(select("MailboxSettings", ["timeZone"]))).toEqual([{ operation: "GET mailboxSettings", count: 1 }]);
  expect(calls(select("Users", ["aboutMe"]))).toEqual([
    { operation: "GET users", count: { min: 1 } },
    { operation: "$batch GET users item", count: { min: 0 } },
  ]);
});
