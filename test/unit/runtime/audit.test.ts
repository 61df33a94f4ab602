import { beforeEach, describe, expect, it } from "vitest";
import { createListPaging } from "../../../src/runtime/page.ts";
import { createVault, sealedVault } from "../../../src/runtime/secrets.ts";
import { realRandom } from "./fixtures.ts";
import { callBy, refusalOf, type Workplace, workplace } from "./workplace.ts";

const call = callBy();
let here: Workplace;
beforeEach(async () => {
  here = await workplace();
  for (const name of ["one", "two"]) {
    here.clock.advance(1000);
    await here.connections.create(call, { name, connector: "postbox", properties: { Server: "s" } });
  }
  here.clock.advance(1000);
  await here.audit.record({ principal: { keyId: "k2" }, requestId: "r9" }, "connection.test", "connection/x", "denied");
  return () => here.store.close();
});

describe("audit", () => {
  it("tells who did what to what, newest first, page by page", async () => {
    const first = await here.auditCases.list(call, { pageSize: 2 });
    expect(first.items.map(({ actor, action, outcome, requestId }) => [actor, action, outcome, requestId])).toEqual([
      ["k2", "connection.test", "denied", "r9"],
      ["k1", "connection.create", "succeeded", "r1"],
    ]);
    const rest = await here.auditCases.list(call, { pageSize: 2, pageToken: first.nextPageToken ?? "" });
    expect(rest.items.length).toBe(1);
    expect(rest).not.toHaveProperty("nextPageToken");
  });

  it("is filtered by action, target and time, and its page tokens belong to one filter", async () => {
    const { value } = await here.connections.get(call, "two");
    const list = (filter: object) => here.auditCases.list(call, { pageSize: 1, ...filter });
    expect((await list({ target: `connection/${value.id}` })).items.map(({ at }) => at)).toEqual([value.createdAt]);
    expect((await list({ action: "connection.test" })).items.length).toBe(1);
    const since = new Date(here.clock.now()).toISOString();
    expect((await list({ since, pageSize: 10 })).items.map(({ action }) => action)).toEqual(["connection.test"]);
    expect(await refusalOf(list({ since: "yesterday" }))).toBe("INVALID_REQUEST");
    const { nextPageToken = "" } = await list({ action: "connection.create" });
    expect(await refusalOf(list({ action: "connection.create", pageToken: nextPageToken }))).toBe("accepted");
    expect(await refusalOf(list({ action: "connection.test", pageToken: nextPageToken }))).toBe("INVALID_REQUEST");
  });

  it("shows a limited key the records of its connections only", async () => {
    const limited = callBy({ connections: ["one"] });
    const { value } = await here.connections.get(call, "one");
    const { items } = await here.auditCases.list(limited, { pageSize: 10 });
    expect(items.map(({ target }) => target)).toEqual([`connection/${value.id}`]);
    expect((await here.auditCases.list(callBy({ connections: [] }), { pageSize: 10 })).items).toEqual([]);
  });
});

describe("list page tokens", () => {
  const key = realRandom.bytes(32);
  const numbers = (token?: string, vault = createVault([key], realRandom)) =>
    createListPaging(vault).page(
      "numbers",
      { pageSize: 2, ...(token === undefined ? {} : { pageToken: token }) },
      async (after, limit) =>
        Array.from({ length: 5 }, (_, n) => n)
          .filter((n) => n > Number(after ?? -1))
          .slice(0, limit),
      (n) => n,
      (n) => n,
    );

  it("are understood by every instance with the same master key, and by no other", async () => {
    const { items, nextPageToken } = await numbers();
    expect(items).toEqual([0, 1]);
    expect((await numbers(nextPageToken)).items).toEqual([2, 3]);
    expect(await refusalOf(numbers(nextPageToken, createVault([realRandom.bytes(32)], realRandom)))).toBe(
      "INVALID_REQUEST",
    );
    expect(await refusalOf(numbers(nextPageToken, sealedVault("no key")))).toBe("BUSY");
  });

  it("are refused when any character is changed", async () => {
    const { nextPageToken = "" } = await numbers();
    for (let at = 0; at < nextPageToken.length - 1; at += 1) {
      const other = nextPageToken[at] === "A" ? "B" : "A";
      const forged = nextPageToken.slice(0, at) + other + nextPageToken.slice(at + 1);
      expect(await refusalOf(numbers(forged))).toBe("INVALID_REQUEST");
    }
    for (const token of ["", ".", "x", `${nextPageToken}x`])
      expect(await refusalOf(numbers(token))).toBe("INVALID_REQUEST");
  });
});
