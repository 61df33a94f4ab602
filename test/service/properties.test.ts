import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alice, connect, ewsProperties, graphProperties, type Stand, startStand } from "./support/stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.stop());

const faces = {
  EWS: { base: () => ewsProperties(stand.sandbox), table: "Inbox", subject: "Subject", folders: "Folders" },
  MSGraph: {
    base: () => graphProperties(stand.sandbox),
    table: "Messages",
    subject: "subject",
    folders: "MailFolders",
  },
} as const;

let count = 0;
/** A connection with these properties; answers its name. */
async function connected(properties: object): Promise<string> {
  count += 1;
  const name = `properties ${count}`;
  await connect(stand.admin, name, properties);
  return name;
}
const call = (name: string, activity: string, body: unknown) =>
  stand.admin.call(`/v1/connections/${encodeURIComponent(name)}/${activity}`, body);

describe.each(["EWS", "MSGraph"] as const)("over %s", (schema) => {
  const { base, table, subject, folders } = faces[schema];
  const on = (more: object = {}) => connected({ ...base(), ...more });
  const query = async (more: object, body: object = {}) =>
    stand.admin.run(await on(more), "query", { table, columns: [subject], ...body });

  test("MaxRows caps the rows", async () => {
    expect((await query({})).records.length).toBeGreaterThan(2);
    expect((await query({ MaxRows: 2 })).records).toHaveLength(2);
  });

  test("Pagesize decides how many requests the rows take", async () => {
    const requests = async (more: object) => {
      const name = await on(more);
      await stand.admin.run(name, "query", { table, columns: [subject], limit: 1 });
      const before = stand.upstreamCalls();
      const { text } = await stand.admin.call(
        `/v1/connections/${encodeURIComponent(name)}/query`,
        { table, columns: [subject] },
        { headers: { accept: "application/x-ndjson" } },
      );
      expect(text).toContain("Welcome to the sandbox");
      return stand.upstreamCalls() - before;
    };
    expect(await requests({ Pagesize: 1 })).toBeGreaterThan(await requests({}));
  });

  test("Readonly refuses every write and lets reads pass", async () => {
    const name = await on({ Readonly: true });
    const refused = await call(name, "create", { table: "Contacts", rows: [{}] });
    expect(refused.body, refused.text).toMatchObject({ code: "READ_ONLY" });
    expect((await call(name, "query", { table, columns: [subject], limit: 1 })).status).toBe(200);
  });

  test("DisableServerSideFiltering sends no condition and answers the same rows", async () => {
    const where = { column: subject, operator: "=", value: "Lunch on Friday?" };
    const body = { table, columns: [subject], where };
    const [usual, local] = [await on(), await on({ DisableServerSideFiltering: true })];
    const pushed = async (name: string) =>
      JSON.stringify((await stand.admin.run(name, "query/explain", body)).pushdown).includes("Lunch");
    expect([await pushed(usual), await pushed(local)]).toEqual([true, false]);
    for (const name of [usual, local])
      expect((await stand.admin.run(name, "query", body)).records).toEqual([{ [subject]: "Lunch on Friday?" }]);
  });

  test("SupportEnhancedSQL off refuses what the server cannot do", async () => {
    const body = { table, columns: [subject], where: { column: subject, operator: "LIKE", value: "%n_h%" } };
    expect((await call(await on(), "query", body)).status).toBe(200);
    const refused = await call(await on({ SupportEnhancedSQL: false }), "query", body);
    expect(refused.body, refused.text).toMatchObject({ code: "UNSUPPORTED" });
  });

  test("BatchSize decides how many requests the rows of a write take", async () => {
    const rows = [1, 2, 3].map((number) => ({ [schema === "EWS" ? "Subject" : "subject"]: `batch ${number}` }));
    const requests = async (more: object) => {
      const name = await on(more);
      await stand.admin.run(name, "query", { table, columns: [subject], limit: 1 });
      const before = stand.upstreamCalls();
      const { summary } = await stand.admin.run(name, "create", {
        table: schema === "EWS" ? "Drafts" : "Messages",
        rows,
      });
      expect(summary.succeeded).toBe(3);
      return stand.upstreamCalls() - before;
    };
    expect(await requests({ BatchSize: 1 })).toBeGreaterThanOrEqual(3);
    if (schema === "EWS") expect(await requests({})).toBe(1);
  });

  test("DirectoryRetrievalDepth decides how deep folders are walked", async () => {
    const mailbox = stand.sandbox.organisation.requireMailbox(alice);
    const outer = mailbox.folders.create(mailbox.folders.requireWellKnown("inbox").id, {
      displayName: `Outer ${schema}`,
      folderClass: "IPF.Note",
    });
    mailbox.folders.create(outer.id, { displayName: `Inner ${schema}`, folderClass: "IPF.Note" });
    const column = schema === "EWS" ? "DisplayName" : "displayName";
    const names = async (DirectoryRetrievalDepth: number) =>
      (await query({ DirectoryRetrievalDepth }, { table: folders, columns: [column] })).records.map(
        (row: Record<string, string>) => row[column],
      );
    expect(await names(1)).not.toContain(`Outer ${schema}`);
    const two = await names(2);
    expect(two).toContain(`Outer ${schema}`);
    expect(two).not.toContain(`Inner ${schema}`);
    expect(await names(-1)).toContain(`Inner ${schema}`);
  });

  test.each([
    ["Tables", table],
    ["Views", undefined],
  ])("%s restricts the catalogue", async (key, only) => {
    const names = async (more: object) =>
      (await stand.admin.ok(`/v1/connections/${encodeURIComponent(await on(more))}/tables?pageSize=1000`)).items
        .filter(({ kind }: { kind: string }) => kind === (key === "Tables" ? "TABLE" : "VIEW"))
        .map(({ name }: { name: string }) => name);
    const all = await names({});
    expect(all.length).toBeGreaterThan(1);
    const one = only ?? all[0];
    expect(await names({ [key]: one })).toEqual([one]);
  });

  test.each([
    ["CLIENT", {}],
    ["PASSWORD", { User: alice, Password: "sandbox" }],
  ])("OAuthGrantType %s gets its own tokens", async (OAuthGrantType, more) => {
    const { UserId, ...app } = graphProperties(stand.sandbox);
    const mailbox = schema === "EWS" ? { ImpersonationUser: alice } : { UserId };
    const properties = {
      ...app,
      Schema: schema,
      AuthScheme: "OAuth",
      InitiateOAuth: "GETANDREFRESH",
      OAuthGrantType,
      ...(OAuthGrantType === "CLIENT" ? mailbox : {}),
      ...more,
    };
    const answer = await call(await connected(properties), "query", { table, columns: [subject], limit: 1 });
    expect(answer.body?.records, answer.text).toHaveLength(1);
  });

  test("CallbackURL and Scope are part of the sign-in", async () => {
    const { UserId: _, ...app } = graphProperties(stand.sandbox);
    const properties = { ...app, Schema: schema, AuthScheme: "AzureAD", InitiateOAuth: "GETANDREFRESH" };
    const asked = async (more: object) => {
      const name = encodeURIComponent(await connected({ ...properties, ...more }));
      const started = await stand.admin.ok(`/v1/connections/${name}/authorizations`, undefined, { method: "POST" });
      return new URL(started.authorizationUrl).searchParams;
    };
    const CallbackURL = "https://elsewhere.example/back";
    expect((await asked({ CallbackURL })).get("redirect_uri")).toBe(CallbackURL);
    expect((await asked({ Scope: "One.Own" })).get("scope")).toContain("One.Own");
    const usual = await asked({});
    expect(usual.get("redirect_uri")).toBe(`${stand.service.url}/v1/oauth/callback`);
    expect(usual.get("scope")).not.toContain("One.Own");
  });
});

describe("of Graph alone", () => {
  const application = () => {
    const { UserId: _, ...rest } = graphProperties(stand.sandbox);
    return rest;
  };
  const events = { table: "Events", columns: ["subject"], limit: 5 };

  test("DefaultUser and UserId name the mailbox of an application", async () => {
    const body = { table: "Messages", columns: ["subject"], limit: 1 };
    const nobody = await call(await connected(application()), "query", body);
    expect(nobody.body).toMatchObject({ cause: "GRAPH_USER_REQUIRED" });
    for (const key of ["DefaultUser", "UserId"]) {
      const found = await call(await connected({ ...application(), [key]: alice }), "query", body);
      expect(found.body?.records, found.text).toHaveLength(1);
    }
  });

  test("GroupId and DefaultGroups read the group's calendar", async () => {
    const user = graphProperties(stand.sandbox);
    const own = await stand.admin.run(await connected(user), "query", events);
    expect(own.records.length).toBeGreaterThan(0);
    const unknown = "11111111-2222-4333-8444-555555555555";
    for (const more of [{ GroupId: unknown }, { DefaultGroups: `${unknown};x` }]) {
      const refused = await call(await connected({ ...user, ...more }), "query", events);
      expect(refused.body, refused.text).toMatchObject({ code: "NOT_FOUND" });
    }
  });
});

describe("what a request of EWS says", () => {
  const heard: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  let server: Server;
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let body = "";
      for await (const part of request) body += part;
      heard.push({ headers: request.headers, body });
      response.writeHead(400).end();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** The last request that a query made with these properties. */
  async function said(more: object, body: object = { table: "Inbox", columns: ["Body"], limit: 1 }) {
    const { port } = server.address() as AddressInfo;
    const name = await connected({ ...faces.EWS.base(), Server: `http://127.0.0.1:${port}`, ...more });
    heard.length = 0;
    await call(name, "query", body);
    return heard.at(-1) ?? expect.unreachable("nothing was sent");
  }

  test("CustomHeaders go with it", async () => {
    const { headers } = await said({ CustomHeaders: "X-Anchor-Note: one\nX-Two: 2" });
    expect(headers).toMatchObject({ "x-anchor-note": "one", "x-two": "2" });
  });

  test("Platform is the version that is asked for", async () => {
    expect((await said({ Platform: "Exchange2010_SP1" })).body).toContain('Version="Exchange2010_SP1"');
  });

  test.each([
    "PrincipalName",
    "SID",
    "PrimarySmtpAddress",
    "SmtpAddress",
  ])("ImpersonationType %s names the ImpersonationUser", async (ImpersonationType) => {
    const { body } = await said({ ImpersonationType, ImpersonationUser: "whom" });
    expect(body).toMatch(new RegExp(`<t:ConnectingSID><t:${ImpersonationType}>whom</t:${ImpersonationType}>`));
  });

  test.each(["Best", "HTML", "Text"])("BodyType %s is asked for", async (BodyType) => {
    const byId = { table: "Inbox", columns: ["Body"], where: { column: "ItemId", operator: "=", value: "QUFB" } };
    expect((await said({ BodyType }, byId)).body).toContain(`<t:BodyType>${BodyType}</t:BodyType>`);
  });
});

test("IncludeContent reads the source of every row", async () => {
  const first = async (more: object) =>
    (await stand.admin.run(await connected({ ...faces.EWS.base(), ...more }), "query", { table: "Inbox", limit: 1 }))
      .records[0].MimeContent;
  expect(await first({})).toBeNull();
  expect(await first({ IncludeContent: true })).toEqual(expect.any(String));
});
