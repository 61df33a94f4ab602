import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningSandbox, startSandbox } from "../../connectors/microsoft-exchange/sandbox/sandbox.ts";

const basic = { authorization: `Basic ${btoa("alice@sandbox.example:sandbox")}` };
const statusOf = async (sandbox: RunningSandbox, headers: Record<string, string>) =>
  (await fetch(sandbox.ewsUrl, { headers })).status;

describe("a sandbox behind a proxy that authenticates", () => {
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ trustProxyUser: {} });
  });
  afterAll(() => sandbox.stop());

  it.each(["alice", "TESTDOM\\alice", "alice@TEST.EXAMPLE"])("believes the user %s", async (user) => {
    expect(await statusOf(sandbox, { "x-auth-user": user })).toBe(200);
  });

  it("takes neither an unknown user, nor nobody, nor a login that did not pass the proxy", async () => {
    expect(await statusOf(sandbox, { "x-auth-user": "carol" })).toBe(401);
    expect(await statusOf(sandbox, { "x-auth-user": "room1" })).toBe(401);
    expect(await statusOf(sandbox, { "x-auth-user": "" })).toBe(401);
    expect(await statusOf(sandbox, basic)).toBe(401);
  });
});

describe("a sandbox of its own", () => {
  it("does not look at X-Auth-User", async () => {
    const sandbox = await startSandbox();
    expect(await statusOf(sandbox, { "x-auth-user": "alice" })).toBe(401);
    expect(await statusOf(sandbox, { ...basic, "x-auth-user": "carol" })).toBe(200);
    await sandbox.stop();
  });
});
