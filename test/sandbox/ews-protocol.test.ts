import { describe, expect, it } from "vitest";
import type { BearerPrincipal } from "../../connectors/microsoft-exchange/sandbox/ews/principal.ts";
import { ewsContractTitle, hasEwsContract, validateEws } from "./ews-contract.ts";
import { envelope, useSandbox } from "./raw-ews.ts";

/** Tokens the tests send, with what they say. */
const tokens: Record<string, BearerPrincipal> = {
  app: { kind: "app", roles: ["full_access_as_app"] },
  weakApp: { kind: "app", roles: [] },
  user: { kind: "user", userPrincipalName: "alice@sandbox.example", scopes: ["EWS.AccessAsUser.All"] },
  weakUser: { kind: "user", userPrincipalName: "alice@sandbox.example", scopes: ["Mail.Read"] },
};
const { call, send, sandbox } = useSandbox({
  findCountLimit: 10,
  maxConcurrency: 3,
  verifyBearer: (token) => tokens[token],
});
const distinguished = (name: string, mailbox = "") =>
  `<t:DistinguishedFolderId Id="${name}">${mailbox ? `<t:Mailbox><t:EmailAddress>${mailbox}</t:EmailAddress></t:Mailbox>` : ""}</t:DistinguishedFolderId>`;
const getInbox = (mailbox = "") =>
  `<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds>${distinguished("inbox", mailbox)}</m:FolderIds></m:GetFolder>`;
const impersonate = (address: string, kind = "PrimarySmtpAddress") =>
  `<t:ExchangeImpersonation><t:ConnectingSID><t:${kind}>${address}</t:${kind}></t:ConnectingSID></t:ExchangeImpersonation>`;
const svc = "svc@sandbox.example";

describe.skipIf(!hasEwsContract)(ewsContractTitle, () => {
  it("tells a good request from a bad one", () => {
    expect(validateEws(envelope(getInbox()))).toBeUndefined();
    expect(validateEws(envelope(getInbox()).replace("BaseShape>Default", "BaseShape>Everything"))).toMatch(/BaseShape/);
    expect(validateEws("<a>")).toMatch(/well-formed/);
  });
});

describe("authentication", () => {
  it("challenges requests without or with wrong credentials, GET too", async () => {
    for (const raw of [{ user: "" }, { password: "wrong" }]) {
      const answer = await send(envelope(getInbox()), raw);
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toMatch(/Basic realm=/);
    }
    const get = await fetch(sandbox().ewsUrl);
    expect(get.status).toBe(401);
    expect(get.headers.get("www-authenticate")).toMatch(/Basic/);
  });

  it("takes the path in any case, and names with a domain", async () => {
    const url = sandbox().ewsUrl.replace("/EWS/Exchange.asmx", "/ews/exchange.ASMX");
    expect((await call(getInbox(), { url, user: "SANDBOX\\alice" })).codes).toEqual(["NoError"]);
  });

  it("lets the service account act for others, and nobody else", async () => {
    const acted = await call(getInbox(), { user: svc, header: impersonate("alice@sandbox.example") });
    expect(acted.texts("TotalCount")).not.toEqual(["0"]);
    const denied = await call(getInbox(), {
      user: "bob@sandbox.example",
      header: impersonate("alice@sandbox.example"),
    });
    expect(denied.status).toBe(500);
    expect(denied.codes).toEqual(["ErrorImpersonateUserDenied"]);
    const unknown = await call(getInbox(), { user: svc, header: impersonate("nobody@sandbox.example") });
    expect(unknown.codes).toEqual(["ErrorNonExistentMailbox"]);
    expect((await call(getInbox(), { user: svc, header: impersonate("nobody", "PrincipalName") })).codes).toEqual([
      "ErrorInvalidUserPrincipalName",
    ]);
  });

  it("takes tokens: people with the scope, applications with the role and somebody to act for", async () => {
    expect((await call(getInbox(), { token: "user" })).codes).toEqual(["NoError"]);
    expect((await call(getInbox(), { token: "app", header: impersonate("bob@sandbox.example") })).codes).toEqual([
      "NoError",
    ]);
    expect((await call(getInbox(), { token: "app" })).codes).toEqual(["ErrorInvalidExchangeImpersonationHeaderData"]);
    for (const token of ["weakUser", "weakApp"]) {
      const answer = await send(envelope(getInbox()), { token });
      expect(answer.status).toBe(403);
      expect(answer.headers.get("x-ms-diagnostics")).toContain("not enough scope");
    }
    const unknown = await send(envelope(getInbox()), { token: "unknown" });
    expect(unknown.status).toBe(401);
    expect(unknown.headers.get("www-authenticate")).toContain('error="invalid_token"');
  });

  it("keeps others' mailboxes closed until access is given", async () => {
    const alices = "alice@sandbox.example";
    expect((await call(getInbox(alices), { user: "bob@sandbox.example" })).codes).toEqual(["ErrorAccessDenied"]);
    expect((await call(getInbox("nobody@sandbox.example"))).codes).toEqual(["ErrorNonExistentMailbox"]);
    sandbox().organisation.grantFullAccess(alices, svc);
    expect((await call(getInbox(alices), { user: svc })).codes).toEqual(["NoError"]);
  });
});

describe("envelopes", () => {
  it("takes a missing version, refuses an unknown one, and always says its own", async () => {
    const plain = await call(getInbox(), { version: "" });
    expect(plain.codes).toEqual(["NoError"]);
    expect(plain.attribute("ServerVersionInfo", "MajorVersion")).toBe("15");
    const guess = await send(envelope(getInbox(), { version: "Exchange2019" }));
    expect(guess.status).toBe(500);
    expect(guess.codes).toEqual(["ErrorInvalidServerVersion"]);
    expect(guess.attribute("ServerVersionInfo", "MajorVersion")).toBe("15");
  });

  it("answers XML it cannot read with 400, unknown operations and broken shapes with faults", async () => {
    expect((await send("<not xml")).status).toBe(400);
    expect((await send('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')).status).toBe(400);
    expect((await send(envelope("<m:Nonsense/>"))).codes).toEqual(["ErrorInvalidOperation"]);
    expect((await send(envelope(getInbox().replace("Default", "Everything")))).codes).toEqual([
      "ErrorSchemaValidation",
    ]);
    const bad = await call(
      '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="item:Nonsense"/></t:AdditionalProperties></m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>',
    );
    expect(bad.codes).toEqual(["ErrorSchemaValidation"]);
  });

  it("writes characters XML 1.0 has no place for as references, as Exchange does", async () => {
    const alice = sandbox().organisation.requireMailbox("alice@sandbox.example");
    const item = alice.createItem("message", alice.folders.requireWellKnown("drafts").id, {
      subject: "bell \u0007 end",
    });
    const answer = await call(
      `<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${item.id}"/></m:ItemIds></m:GetItem>`,
      { skipContract: true },
    );
    expect(answer.text).toContain("<t:Subject>bell &#x7; end</t:Subject>");
  });
});

describe("limits", () => {
  it("gives FindItem calls that run together one budget", async () => {
    const find =
      '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:IndexedPageItemView MaxEntriesReturned="1000" Offset="0" BasePoint="Beginning"/><m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>';
    const alice = sandbox().organisation.requireMailbox("alice@sandbox.example");
    const inbox = alice.folders.requireWellKnown("inbox").id;
    for (let n = 0; n < 12; n++) alice.createItem("message", inbox, { subject: `budget ${n}` });
    const alone = await call(find);
    expect(alone.attributes("ItemId", "Id")).toHaveLength(10);
    expect(alone.attribute("RootFolder", "IncludesLastItemInRange")).toBe("false");
  });

  it("switches faults on and off over its endpoint", async () => {
    const endpoint = new URL("/__faults", sandbox().ewsUrl);
    const post = (body: unknown) => fetch(endpoint, { method: "POST", body: JSON.stringify(body) });
    expect((await post({ kind: "busy", face: "ews", operation: "GetFolder", count: 2, backOffMs: 1234 })).status).toBe(
      200,
    );
    expect((await call("<m:GetRoomLists/>")).codes).toEqual(["NoError"]);
    const busy = await call(getInbox());
    expect(busy.status).toBe(500);
    expect(busy.codes).toEqual(["ErrorServerBusy"]);
    expect(busy.texts("Value")).toEqual(["1234"]);
    expect((await call(getInbox())).codes).toEqual(["ErrorServerBusy"]);
    expect((await call(getInbox())).codes).toEqual(["NoError"]);
    expect((await post({ kind: "nonsense" })).status).toBe(400);
    await post([
      { kind: "throttled", retryAfterSeconds: 7, count: 1 },
      { kind: "htmlLogin", count: 1 },
      { kind: "ewsDisabled" },
    ]);
    const throttled = await send(envelope(getInbox()));
    expect([throttled.status, throttled.headers.get("retry-after")]).toEqual([503, "7"]);
    expect((await send(envelope(getInbox()))).headers.get("content-type")).toBe("text/html");
    expect((await send(envelope(getInbox()))).status).toBe(403);
    expect((await fetch(endpoint, { method: "DELETE" })).status).toBe(200);
    expect((await call(getInbox())).codes).toEqual(["NoError"]);
  });

  it("breaks connections before, in the middle and after the work", async () => {
    const { faults, organisation } = sandbox();
    const bob = organisation.requireMailbox("bob@sandbox.example");
    const drafts = bob.folders.requireWellKnown("drafts").id;
    const create = () =>
      send(
        envelope(
          '<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>cut</t:Subject></t:Message></m:Items></m:CreateItem>',
        ),
        { user: "bob@sandbox.example" },
      );
    for (const [kind, expected] of [
      ["cut", 0],
      ["cutAnswer", 1],
      ["lostAnswer", 2],
    ] as const) {
      faults.add({ kind, count: 1 });
      await expect(create()).rejects.toThrow();
      expect(bob.items(drafts)).toHaveLength(expected);
    }
    faults.add({ kind: "slow", waitMs: 1, count: 1 });
    expect((await create()).codes).toEqual(["NoError"]);
  });
});

describe("directory and settings", () => {
  it("resolves names in the directory and in contacts", async () => {
    const resolve = (entry: string, more = "") =>
      call(
        `<m:ResolveNames ReturnFullContactData="true"${more}><m:UnresolvedEntry>${entry}</m:UnresolvedEntry></m:ResolveNames>`,
      );
    const one = await resolve("alice");
    expect(one.codes).toEqual(["NoError"]);
    expect(one.texts("EmailAddress")).toEqual(["alice@sandbox.example"]);
    expect((await resolve("room")).codes).toEqual(["ErrorNameResolutionMultipleResults"]);
    expect((await resolve("Carla", ' SearchScope="Contacts"')).texts("EmailAddress")).toContain("carla@costa.example");
    expect((await resolve("nobody at all")).codes).toEqual(["ErrorNameResolutionNoResults"]);
  });

  it("lists rooms, time zones, people and user options", async () => {
    expect((await call("<m:GetRoomLists/>")).texts("EmailAddress")).toEqual(["rooms@sandbox.example"]);
    expect(
      (
        await call(
          "<m:GetRooms><m:RoomList><t:EmailAddress>rooms@sandbox.example</t:EmailAddress></m:RoomList></m:GetRooms>",
        )
      ).texts("EmailAddress"),
    ).toEqual(["room1@sandbox.example", "room2@sandbox.example"]);
    expect(
      (
        await call(
          "<m:GetRooms><m:RoomList><t:EmailAddress>x@sandbox.example</t:EmailAddress></m:RoomList></m:GetRooms>",
        )
      ).codes,
    ).toEqual(["ErrorCannotFindUser"]);
    const zones = await call('<m:GetServerTimeZones ReturnFullTimeZoneData="true"/>');
    expect(zones.attributes("TimeZoneDefinition", "Id")).toContain("W. Europe Standard Time");
    const berlin = await call(
      '<m:GetServerTimeZones ReturnFullTimeZoneData="true"><m:Ids><t:Id>W. Europe Standard Time</t:Id></m:Ids></m:GetServerTimeZones>',
    );
    expect(berlin.attributes("Period", "Bias")).toEqual(["-PT60M", "-PT120M"]);
    expect(berlin.texts("Month")).toEqual(["3", "10"]);
    expect((await call('<m:GetServerTimeZones ReturnFullTimeZoneData="false"/>')).codes).toEqual(["NoError"]);
    const people = await call(
      '<m:FindPeople><m:IndexedPageItemView MaxEntriesReturned="10" Offset="0" BasePoint="Beginning"/><m:ParentFolderId><t:DistinguishedFolderId Id="directory"/></m:ParentFolderId><m:QueryString>al</m:QueryString></m:FindPeople>',
    );
    expect(people.texts("DisplayName")).toEqual(["Alice Archer"]);
    const persona = await call(
      `<m:GetPersona><m:PersonaId Id="${people.attribute("PersonaId", "Id")}"/></m:GetPersona>`,
    );
    expect(persona.texts("DisplayName")).toEqual(["Alice Archer"]);
    expect((await call('<m:GetPersona><m:PersonaId Id="none"/></m:GetPersona>')).codes).toEqual(["ErrorItemNotFound"]);
    const options = await call(
      '<m:GetUserConfiguration><m:UserConfigurationName Name="OWA.UserOptions"><t:DistinguishedFolderId Id="root"/></m:UserConfigurationName><m:UserConfigurationProperties>All</m:UserConfigurationProperties></m:GetUserConfiguration>',
    );
    expect(options.texts("Value")).toEqual(["timezone", "UTC"]);
  });

  it("keeps automatic replies and sends them once", async () => {
    const mailbox = "<t:Mailbox><t:Address>bob@sandbox.example</t:Address></t:Mailbox>";
    const set = await call(
      `<m:SetUserOofSettingsRequest>${mailbox}<t:UserOofSettings><t:OofState>Enabled</t:OofState><t:ExternalAudience>All</t:ExternalAudience><t:InternalReply><t:Message>away</t:Message></t:InternalReply><t:ExternalReply><t:Message>gone</t:Message></t:ExternalReply></t:UserOofSettings></m:SetUserOofSettingsRequest>`,
      { user: "bob@sandbox.example" },
    );
    expect(set.codes).toEqual(["NoError"]);
    const get = await call(`<m:GetUserOofSettingsRequest>${mailbox}</m:GetUserOofSettingsRequest>`, {
      user: "bob@sandbox.example",
    });
    expect(get.texts("OofState")).toEqual(["Enabled"]);
    expect(get.texts("Message")).toEqual(["away", "gone"]);
    expect((await call(`<m:GetUserOofSettingsRequest>${mailbox}</m:GetUserOofSettingsRequest>`)).codes).toEqual([
      "ErrorAccessDenied",
    ]);
    const mail =
      '<m:CreateItem MessageDisposition="SendOnly"><m:Items><t:Message><t:Subject>hello</t:Subject><t:ToRecipients><t:Mailbox><t:EmailAddress>bob@sandbox.example</t:EmailAddress></t:Mailbox></t:ToRecipients></t:Message></m:Items></m:CreateItem>';
    await call(mail);
    await call(mail);
    const alice = sandbox().organisation.requireMailbox("alice@sandbox.example");
    const replies = alice.allItems().filter((item) => item.itemClass.startsWith("IPM.Note.Rules.OofTemplate"));
    expect(replies.map((item) => item.subject)).toEqual(["Automatic reply: hello"]);
  });

  it("converts ids there and back", async () => {
    const folder = await call(getInbox());
    const id = folder.attribute("FolderId", "Id");
    const convert = (source: string, format: string, destination: string) =>
      call(
        `<m:ConvertId DestinationFormat="${destination}"><m:SourceIds><t:AlternateId Format="${format}" Id="${source}" Mailbox="blah@blah.com"/></m:SourceIds></m:ConvertId>`,
      );
    const hex = await convert(id, "EwsId", "HexEntryId");
    expect(hex.attribute("AlternateId", "Mailbox")).toBe("alice@sandbox.example");
    expect(
      (await convert(hex.attribute("AlternateId", "Id"), "HexEntryId", "EwsId")).attribute("AlternateId", "Id"),
    ).toBe(id);
    expect((await convert("DUMMY", "EntryId", "EwsId")).codes).toEqual(["ErrorInvalidIdMalformed"]);
  });
});
