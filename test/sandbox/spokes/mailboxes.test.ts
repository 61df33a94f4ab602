import { describe, expect, test } from "vitest";
import { cmdletOf, type SpokeAction } from "../../../connectors/microsoft-exchange/spokes/action.ts";
import { spokeActions } from "../../../connectors/microsoft-exchange/spokes/actions.ts";
import { people, useSpokes } from "./stands.ts";

const { ews, graph } = useSpokes();
const { alice, bob } = people;
const text = expect.any(String);

/** The licence the sandbox has seats of. */
const sku = "6fd2c87f-b296-42f0-b197-1e91e994b900";

describe("mailboxes over MSGraph: users and licences", () => {
  const { one, rows } = graph;
  const create = (alias: string, more: Record<string, unknown> = {}) =>
    one("Create Mailbox", {
      domain: "sandbox.example",
      first_name: "Dora",
      middle_initial: "D",
      last_name: "Dean",
      alias,
      password: "Secret-1234",
      usageLocation: "DE",
      ...more,
    });

  test("made, looked up, changed, disabled, enabled, removed", async () => {
    const made = await create("dora", { parameters: { department: "Design" }, licenseSkuId: sku });
    expect(made).toEqual({
      result: "success",
      output: { userId: text, userPrincipalName: "dora@sandbox.example" },
      mailboxReady: true,
    });
    const user = "dora@sandbox.example";
    expect(await one("Look up Mailbox", { user })).toMatchObject({
      userId: text,
      displayName: "Dora D Dean",
      userPrincipalName: user,
      emailAddress: user,
      alias: "dora",
      proxyAddresses: expect.arrayContaining([`SMTP:${user}`]),
      accountEnabled: true,
      department: "Design",
      timeZone: text,
      userPurpose: "user",
      autoReplyState: "disabled",
    });
    expect((await rows("Look up Mailbox")).map(({ emailAddress }) => emailAddress)).toContain(user);
    const change = { jobTitle: "Lead", timeZone: "Tokyo Standard Time" };
    expect(await one("Update Mailbox", { user, parameters: change })).toEqual({ result: "success" });
    expect(await one("Look up Mailbox", { user })).toMatchObject(change);
    expect(await one("Disable Mailbox", { user })).toEqual({ result: "success" });
    await expect(one("Disable Mailbox", { user })).rejects.toMatchObject({ code: "NOT_FOUND", target: "user" });
    const enabled = await one("Enable Mailbox", { user, licenseSkuId: sku, archive: false });
    expect(enabled).toEqual({ result: "success", output: { user }, mailboxReady: true });
    expect(await one("Disable Mailbox", { user })).toEqual({ result: "success" });
    expect(await one("Delete Mailbox", { user })).toEqual({ result: "success" });
    await expect(one("Look up Mailbox", { user })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("without a name the licence is one with free seats", async () => {
    expect(await create("free")).toMatchObject({ mailboxReady: true });
    await one("Delete Mailbox", { user: "free@sandbox.example" });
  });

  test("a user without a licence stays none: nothing is left behind", async () => {
    const refused = create("eva", { usageLocation: null });
    await expect(refused).rejects.toThrow(/usage location/i);
    await expect(one("Look up Mailbox", { user: "eva@sandbox.example" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const unknown = create("eva", { licenseSkuId: "00000000-0000-4000-8000-000000000000" });
    await expect(unknown).rejects.toThrow(/License/);
    await expect(one("Look up Mailbox", { user: "eva@sandbox.example" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("what only a cmdlet sets is refused by its name", async () => {
    const powerShell = { code: "UNSUPPORTED", causeCode: "REQUIRES_EXCHANGE_POWERSHELL" };
    const quota = one("Update Mailbox", { user: alice, parameters: { ProhibitSendQuota: "1GB" } });
    await expect(quota).rejects.toMatchObject({
      ...powerShell,
      evidence: { cmdlet: "Set-Mailbox -ProhibitSendQuota" },
    });
    const archive = one("Enable Mailbox", { user: alice, archive: true });
    await expect(archive).rejects.toMatchObject({ ...powerShell, evidence: { cmdlet: "Enable-Mailbox -Archive" } });
    const shared = create("team", { parameters: { Shared: "true" } });
    await expect(shared).rejects.toMatchObject({ ...powerShell, evidence: { cmdlet: "New-Mailbox -Shared" } });
    await expect(one("Update Mailbox", { user: alice, parameters: {} })).rejects.toMatchObject({
      target: "parameters",
    });
  });
});

describe("mailboxes over EWS: what the directory tells", () => {
  const { one, rows } = ews;

  test("Look up Mailbox", async () => {
    await one("Set Mailbox Auto Reply", { mailbox: bob, state: "Enabled", internalMessage: "gone" });
    expect(await one("Look up Mailbox", { user: bob })).toEqual({
      displayName: "Bob Baker",
      emailAddress: bob,
      department: "Sales",
      jobTitle: "Sales Manager",
      mailboxFull: false,
      autoReply: "gone",
    });
    expect((await rows("Look up Mailbox")).map(({ emailAddress }) => emailAddress)).toContain(alice);
    await expect(one("Look up Mailbox", { user: "nobody" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("Look up Address List Details: members", async () => {
    const found = await rows("Look up Address List Details", {
      identity: "3a1b7c0e-6f5d-4c57-9b43-2f3e5c7d9a10",
      mailbox: alice,
    });
    expect(found.find(({ emailAddress }) => emailAddress === bob)).toMatchObject({
      personaType: "Person",
      displayName: "Bob Baker",
      givenName: "Bob",
      surname: "Baker",
      title: "Sales Manager",
      department: "Sales",
      companyName: "Sandbox",
      relevanceScore: expect.any(Number),
    });
  });
});

/** A value for each input, so that nothing else can be what is wrong. */
const inputsOf = (action: SpokeAction, schema: "EWS" | "MSGraph") =>
  Object.fromEntries(
    action.inputs
      .filter(({ only }) => only === undefined || only === schema)
      .map(({ name, type, default: given }) => [name, given ?? (type === "json" ? { A: 1 } : "x")]),
  );

describe.each([ews, graph])("what only an Exchange cmdlet does over $schema", (stand) => {
  const { schema, rows } = stand;
  const actions = spokeActions.flatMap((action) => {
    const cmdlet = schema === "EWS" ? cmdletOf(action.ews) : cmdletOf(action.graph);
    return cmdlet === undefined ? [] : [{ name: action.name, cmdlet: cmdlet.cmdlet, instead: cmdlet.instead, action }];
  });

  test("is a closed list", () => {
    expect(actions).toHaveLength(schema === "EWS" ? 14 : 10);
  });

  test.each(actions)("$name names $cmdlet and what to do instead", async ({ name, cmdlet, instead, action }) => {
    const refused = rows(name, inputsOf(action, schema));
    await expect(refused).rejects.toMatchObject({
      code: "UNSUPPORTED",
      causeCode: "REQUIRES_EXCHANGE_POWERSHELL",
      evidence: { cmdlet },
      message: expect.stringContaining(instead),
    });
  });
});
