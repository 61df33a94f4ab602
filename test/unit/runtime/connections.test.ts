import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { ConnectionInput } from "../../../src/runtime/use-cases.ts";
import { ConnectorError, Secret } from "../../../src/spi/index.ts";
import { callBy, postbox, refusalOf, type Workplace, workplace } from "./workplace.ts";

const call = callBy();
const input = (over: Partial<ConnectionInput> = {}): ConnectionInput => ({
  name: "mail",
  connector: "postbox",
  properties: { Server: "https://one.example", User: "u", Password: "first secret", ProxyPassword: "proxy secret" },
  ...over,
});

let here: Workplace;
beforeEach(async () => {
  here = await workplace();
  return () => here.store.close();
});

const secretsOf = async (reference: string): Promise<Record<string, string>> => {
  const { values } = await here.connections.load(call, reference);
  const secrets = Object.entries(values).filter(([, value]) => value instanceof Secret);
  return Object.fromEntries(secrets.map(([key, value]) => [key, (value as Secret).reveal()]));
};

describe("creating a connection", () => {
  it("shows secrets as set, and gives them out only when it is loaded", async () => {
    const { value, etag } = await here.connections.create(call, input({ tags: ["t"], description: "d" }));
    expect(value).toMatchObject({
      name: "mail",
      connector: "postbox",
      active: true,
      tags: ["t"],
      description: "d",
      properties: {
        Server: "https://one.example",
        User: "u",
        Password: { isSet: true },
        ProxyPassword: { isSet: true },
      },
    });
    expect(etag).toMatch(/^"[\w-]{27}"$/);
    expect(await here.connections.get(call, "mail")).toEqual({ value, etag });
    expect(await here.connections.get(call, value.id)).toEqual({ value, etag });
    const loaded = await here.connections.load(call, "mail");
    expect(loaded).toMatchObject({ id: value.id, name: "mail", version: 1, connector: "postbox", active: true });
    expect(loaded.values["Server"]).toBe("https://one.example");
    expect(await secretsOf("mail")).toEqual({ Password: "first secret", ProxyPassword: "proxy secret" });
    expect(JSON.stringify([value, loaded])).not.toContain('secret"');
  });

  it("reports every mistake at its place", async () => {
    const wrong = input({
      name: "a/b",
      properties: { User: "u", Password: "***", Timeout: "soon", Srver: "x", Token: { isSet: true } },
    });
    expect(await refusalOf(here.connections.create(call, wrong))).toBe(
      "INVALID_PROPERTY /name /properties/Password /properties/Token /properties/Server /properties/Timeout /properties/Srver",
    );
    expect((await here.connections.list(call, { pageSize: 10 })).items).toEqual([]);
  });

  it("refuses names with / or :, too long ones, and those of others; 200 characters are fine", async () => {
    for (const name of ["", "a/b", "a:b", "x".repeat(201), "a\nb"])
      expect(await refusalOf(here.connections.create(call, input({ name })))).toBe("INVALID_PROPERTY /name");
    const { value } = await here.connections.create(call, input({ name: "💌".repeat(200) }));
    expect(await refusalOf(here.connections.create(call, input({ name: value.name })))).toBe("CONFLICT");
    expect(await refusalOf(here.connections.create(call, input({ name: value.id })))).toBe("CONFLICT");
  });

  it("names the connector it does not know", async () => {
    expect(await refusalOf(here.connections.create(call, input({ connector: "postbx" })))).toBe(
      "INVALID_PROPERTY /connector",
    );
  });

  it("can be tried without saving", async () => {
    await here.connections.create(call, input());
    const report = await here.connections.validate(call, input({ properties: { Server: "s", Password: "••••" } }));
    const errors = report.properties.filter((property) => property.errors.length > 0);
    expect(errors.map(({ key, errors: [first] }) => [key, first?.code])).toEqual([
      ["name", "CONFLICT"],
      ["Password", "INVALID_PROPERTY"],
    ]);
    expect(report.errorCount).toBe(2);
    expect((await here.connections.list(call, { pageSize: 10 })).items.length).toBe(1);
  });

  it("leaves nothing behind when its audit record cannot be written", async () => {
    const store = {
      ...here.store,
      transaction: (work: never, topics: never) =>
        here.store.transaction((repositories) => {
          const broken = { append: () => Promise.reject(new ConnectorError("BUSY", "disk full")) };
          return (work as (given: unknown) => Promise<never>)({ ...repositories, audit: broken });
        }, topics),
    };
    const { connections } = await workplace({ store: store as never, vault: here.vault });
    expect(await refusalOf(connections.create(call, input()))).toBe("BUSY");
    expect((await here.connections.list(call, { pageSize: 10 })).items).toEqual([]);
    expect(await here.store.secrets.list("connection/1")).toEqual([]);
    const { value } = await here.connections.create(call, input());
    expect(await refusalOf(connections.replace(call, "mail", input({ description: "new" })))).toBe("BUSY");
    expect(await refusalOf(connections.remove(call, "mail", { force: false }))).toBe("BUSY");
    expect((await here.connections.get(call, "mail")).value).toEqual(value);
  });
});

describe("replacing and patching", () => {
  it("keeps a secret that is left out or sent back as shown, clears one that is null", async () => {
    await here.connections.create(call, input());
    await here.connections.replace(
      call,
      "mail",
      input({ properties: { Server: "https://one.example", User: "u", ProxyPassword: { isSet: true } } }),
    );
    expect(await secretsOf("mail")).toEqual({ Password: "first secret", ProxyPassword: "proxy secret" });
    await here.connections.patch(call, "mail", { properties: { ProxyPassword: null } });
    expect(await secretsOf("mail")).toEqual({ Password: "first secret" });
    const { value } = await here.connections.patch(call, "mail", { properties: { Password: null } });
    expect(value.properties).toEqual({ Server: "https://one.example", User: "u" });
  });

  it("allows a change of something else while a required secret is missing, but not a new gap", async () => {
    await here.connections.create(call, input());
    await here.connections.patch(call, "mail", { properties: { Password: null } });
    const { value } = await here.connections.patch(call, "mail", { description: "still changeable" });
    expect(value.description).toBe("still changeable");
    expect(await refusalOf(here.connections.patch(call, "mail", { properties: { Mailbox: "needs a token" } }))).toBe(
      "INVALID_PROPERTY /properties/Token",
    );
  });

  it("never stores a mask, or anything else that is no secret", async () => {
    await here.connections.create(call, input());
    const masks = ["***", "•••••", '{"isSet":true}', "<redacted>", { isSet: false }, { isSet: true, x: 1 }, 7];
    for (const key of ["Password", "ProxyPassword", "Token"])
      for (const mask of masks)
        expect(await refusalOf(here.connections.patch(call, "mail", { properties: { [key]: mask } }))).toBe(
          `INVALID_PROPERTY /properties/${key}`,
        );
    expect(await secretsOf("mail")).toEqual({ Password: "first secret", ProxyPassword: "proxy secret" });
  });

  it("makes GET then PUT harmless for every set of secrets", async () => {
    const secret = fc.string({ minLength: 1, unit: "binary" }).filter((text) => !/^[*•]{3,}$/.test(text));
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record({ Password: secret, ProxyPassword: secret, Token: secret }, { requiredKeys: [] }),
        async (given) => {
          count += 1;
          const name = `round trip ${count}`;
          const { value } = await here.connections.create(call, input({ name, properties: { Server: "s", ...given } }));
          const { properties } = (await here.connections.get(call, name)).value;
          const again = await here.connections.replace(call, name, { name, connector: "postbox", properties });
          expect(again.value).toEqual(value);
          expect(await secretsOf(name)).toEqual({ ...given });
        },
      ),
      { numRuns: 15 },
    );
  });

  it("clears every secret that is not sent again when the place they go to changes: all subsets", async () => {
    const movable = ["Server", "ProxyServer", "Trust"] as const;
    const secrets = ["Password", "ProxyPassword"] as const;
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...movable, "User", "Timeout"]),
        fc.subarray([...secrets]),
        fc.subarray([...secrets]),
        async (changed, sent, shown) => {
          count += 1;
          const name = `moved ${count}`;
          const before = { Server: "s", ProxyServer: "p", User: "u", Timeout: 5, Password: "a", ProxyPassword: "b" };
          await here.connections.create(call, input({ name, properties: before }));
          const after: Record<string, unknown> = { Server: "s", ProxyServer: "p", User: "u", Timeout: 5 };
          for (const key of changed) after[key] = key === "Timeout" ? 6 : `other ${key}`;
          for (const key of shown) after[key] = { isSet: true };
          for (const key of sent) after[key] = `new ${key}`;
          await here.connections.replace(call, name, { name, connector: "postbox", properties: after });
          const isMoved = changed.some((key) => (movable as readonly string[]).includes(key));
          const expected: Record<string, string> = isMoved ? {} : { Password: "a", ProxyPassword: "b" };
          for (const key of sent) expected[key] = `new ${key}`;
          expect(await secretsOf(name)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("tells which secrets a move cleared, and not those the caller cleared", async () => {
    await here.connections.create(call, input());
    const cleared = async (properties: Record<string, unknown>) =>
      (await here.connections.patch(call, "mail", { properties })).value.warnings?.map(({ property, code }) => [
        property,
        code,
      ]);
    expect(await cleared({ Server: "elsewhere", ProxyPassword: null })).toEqual([["Password", "SECRET_CLEARED"]]);
    expect(await cleared({ Password: "again" })).toBeUndefined();
    expect(await cleared({ Password: null })).toBeUndefined();
  });

  it("does not take a written-out default for a move", async () => {
    await here.connections.create(call, input());
    await here.connections.patch(call, "mail", { properties: { Trust: "system" } });
    expect(await secretsOf("mail")).toHaveProperty("Password");
    await here.connections.patch(call, "mail", { properties: { Trust: "*" } });
    expect(await secretsOf("mail")).toEqual({});
  });

  it("honours If-Match, and sees that a repeated PUT is already done", async () => {
    const { etag: first } = await here.connections.create(call, input());
    const changed = input({ description: "second" });
    here.clock.advance(1000);
    const { etag: second, value } = await here.connections.replace(call, "mail", changed, first);
    expect(second).not.toBe(first);
    here.clock.advance(1000);
    expect(await here.connections.replace(call, "mail", changed, first)).toEqual({ value, etag: second });
    expect(await refusalOf(here.connections.replace(call, "mail", input({ description: "third" }), first))).toBe(
      "PRECONDITION",
    );
    expect(
      await refusalOf(here.connections.replace(call, "mail", input({ description: "third" }), `W/${second}`)),
    ).toBe("PRECONDITION");
    expect(await refusalOf(here.connections.replace(call, "mail", input({ description: "3" }), `"x", ${second}`))).toBe(
      "accepted",
    );
    expect(await refusalOf(here.connections.remove(call, "mail", { force: false, ifMatch: second }))).toBe(
      "PRECONDITION",
    );
    expect(await refusalOf(here.connections.patch(call, "mail", { description: null }, "*"))).toBe("accepted");
  });

  it("lets one of two changes of the same version win when both ask for it", async () => {
    const { etag } = await here.connections.create(call, input());
    const results = await Promise.all(
      [1, 2, 3, 4].map((n) => refusalOf(here.connections.replace(call, "mail", input({ description: `${n}` }), etag))),
    );
    expect(results.sort()).toEqual(["PRECONDITION", "PRECONDITION", "PRECONDITION", "accepted"]);
  });

  it("refuses unknown members of a patch and what cannot be changed", async () => {
    const { value } = await here.connections.create(call, input());
    const refused = (patch: Record<string, unknown>) => refusalOf(here.connections.patch(call, "mail", patch));
    expect(await refused({ nmae: "x" })).toBe("INVALID_REQUEST /nmae");
    expect(await refused({ id: "other" })).toBe("INVALID_REQUEST /id");
    expect(await refused({ name: 5, tags: [1] })).toBe("INVALID_REQUEST /name /tags/0");
    expect(await refused({ properties: "x" })).toBe("INVALID_REQUEST /properties");
    expect(await refused({ connector: "another" })).toBe("INVALID_REQUEST /connector");
    expect(await refused({ id: value.id, createdAt: value.createdAt, name: "renamed" })).toBe("accepted");
    expect(await refusalOf(here.connections.get(call, "mail"))).toBe("NOT_FOUND");
  });

  it("answers a change with the warnings of its properties, which are no part of the connection", async () => {
    const warned = { ...input(), properties: { ...input().properties, Old: "x" } };
    const created = await here.connections.create(call, warned);
    expect(created.value.warnings).toEqual([
      { property: "Old", code: "PROPERTY_WITHOUT_EFFECT", detail: expect.stringContaining("Old") },
    ]);
    const { value, etag } = await here.connections.get(call, "mail");
    expect(value).not.toHaveProperty("warnings");
    expect(etag).toBe(created.etag);
    const patched = await here.connections.patch(call, "mail", { properties: { Old: null } }, etag);
    expect(patched.value).not.toHaveProperty("warnings");
  });

  it("takes back what it shows, and refuses another id", async () => {
    const { value } = await here.connections.create(call, input());
    const again = await here.connections.replace(call, "mail", value);
    expect(again.value).toEqual(value);
    const renamed = await here.connections.replace(call, "mail", { ...value, name: "renamed" });
    expect(renamed.value).toMatchObject({ id: value.id, name: "renamed", properties: value.properties });
    const others = { ...value, id: "other", createdAt: "2020-01-01T00:00:00Z" };
    expect(await refusalOf(here.connections.replace(call, "renamed", others))).toBe("INVALID_REQUEST /id /createdAt");
  });

  it("re-seals nothing it need not, and binds new secrets to their version", async () => {
    const { value } = await here.connections.create(call, input());
    await here.connections.patch(call, "mail", { properties: { Password: "second" } });
    const sealed = await here.store.secrets.list(`connection/${value.id}`);
    expect(sealed.map(({ field, version }) => [field, version])).toEqual([
      ["Password", 2],
      ["ProxyPassword", 1],
    ]);
    const [password, proxy] = sealed;
    if (password === undefined || proxy === undefined) throw new Error("two secrets expected");
    await here.store.secrets.put({ ...password, sealed: proxy.sealed });
    const other = await workplace({ store: here.store, vault: here.vault });
    expect(await refusalOf(other.connections.load(call, "mail"))).toBe("INTERNAL");
  });
});

describe("using and removing", () => {
  it("writes the use of secrets into the audit before they are out", async () => {
    await here.connections.create(call, input());
    await here.connections.load(call, "mail");
    expect(await here.audited()).toEqual([
      "k1 connection.create connection/ID succeeded",
      "k1 secret.use connection/ID started",
    ]);
    const store = {
      ...here.store,
      audit: { ...here.store.audit, append: () => Promise.reject(new ConnectorError("BUSY", "full")) },
    };
    const other = await workplace({ store, vault: here.vault });
    expect(await refusalOf(other.connections.load(call, "mail"))).toBe("BUSY");
  });

  it("finds a connection without the store until something changes, here or elsewhere", async () => {
    const { value } = await here.connections.create(call, input());
    let reads = 0;
    const counted = (id: string) => {
      reads += 1;
      return here.store.connections.byId(id);
    };
    const store = { ...here.store, connections: { ...here.store.connections, byId: counted } };
    const second = await workplace({ store, vault: here.vault, clock: here.clock });
    for (let n = 0; n < 10; n += 1) expect((await second.connections.locate(call, value.id)).version).toBe(1);
    expect(reads).toBe(1);
    await here.connections.patch(call, "mail", { description: "new" });
    here.clock.advance(5000);
    expect((await second.connections.locate(call, value.id)).version).toBe(2);
    expect(reads).toBe(2);
  });

  it("is not removed while saved activities refer to it, unless forced", async () => {
    const { value } = await here.connections.create(call, input());
    await here.store.savedActivities.insert({
      id: "a",
      name: "newest mail",
      connection: "mail",
      connectionId: value.id,
      kind: "query",
      body: {},
      version: 1,
      createdAt: 1,
      updatedAt: 1,
    });
    await expect(here.connections.remove(call, "mail", { force: false })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("newest mail"),
    });
    await here.connections.remove(call, "mail", { force: true });
    expect(await refusalOf(here.connections.load(call, "mail"))).toBe("NOT_FOUND");
    expect(await here.store.secrets.list(`connection/${value.id}`)).toEqual([]);
    expect(await here.store.secrets.dataKey(`connection/${value.id}`)).toBeUndefined();
  });

  it("keeps a limited key to its connections on every path", async () => {
    const { value } = await here.connections.create(call, input());
    await here.connections.create(call, input({ name: "other" }));
    for (const allowed of ["mail", value.id]) {
      const limited = callBy({ connections: [allowed] });
      const paths = (reference: string): Promise<unknown>[] => [
        here.connections.get(limited, reference),
        here.connections.locate(limited, reference),
        here.connections.load(limited, reference),
        here.connections.replace(limited, reference, input({ name: reference })),
        here.connections.patch(limited, reference, { description: "x" }),
      ];
      for (const work of paths("other")) expect(await refusalOf(work)).toBe("FORBIDDEN");
      for (const work of paths("there is none")) expect(await refusalOf(work)).toBe("FORBIDDEN");
      for (const work of paths("mail")) expect(await refusalOf(work)).toBe("accepted");
      expect(await refusalOf(here.connections.remove(limited, "other", { force: true }))).toBe("FORBIDDEN");
      expect(await refusalOf(here.connections.create(limited, input({ name: "a new one" })))).toBe("FORBIDDEN");
      expect((await here.connections.list(limited, { pageSize: 10 })).items.map(({ name }) => name)).toEqual(["mail"]);
    }
    expect((await here.connections.list(callBy({ connections: [] }), { pageSize: 10 })).items).toEqual([]);
  });

  it("pages its list by signed tokens", async () => {
    for (const name of ["c", "a", "e", "b", "d"]) await here.connections.create(call, input({ name }));
    const names: string[] = [];
    let pageToken: string | undefined;
    do {
      const page = await here.connections.list(call, {
        pageSize: 2,
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      names.push(...page.items.map(({ name }) => name));
      pageToken = page.nextPageToken;
      if (pageToken !== undefined) {
        const forged = `${Buffer.from('"zz"').toString("base64url")}.${pageToken.split(".")[1]}`;
        expect(await refusalOf(here.connections.list(call, { pageSize: 2, pageToken: forged }))).toBe(
          "INVALID_REQUEST",
        );
        expect(await refusalOf(here.keys.list(call, { pageSize: 2, pageToken }))).toBe("INVALID_REQUEST");
      }
    } while (pageToken !== undefined);
    expect(names).toEqual(["a", "b", "c", "d", "e"]);
    expect(await refusalOf(here.connections.list(call, { pageSize: 0 }))).toBe("INVALID_REQUEST");
    expect((await here.connections.list(call, { pageSize: 5000 })).items.length).toBe(5);
  });

  it("treats every secret property of the connector as one", () => {
    expect(postbox.properties.filter(({ secret }) => secret).map(({ key }) => key)).toEqual([
      "Password",
      "ProxyPassword",
      "Token",
    ]);
  });
});
