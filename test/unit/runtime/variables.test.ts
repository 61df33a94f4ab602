import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { referencesIn, replaceReferences } from "../../../src/runtime/references.ts";
import type { VariableInput } from "../../../src/runtime/use-cases.ts";
import { variablesIn } from "../../../src/runtime/variable-resolver.ts";
import { ConnectorError, type PropertyValues, Secret } from "../../../src/spi/index.ts";
import { callBy, refusalOf, type Workplace, workplace } from "./workplace.ts";

const call = callBy();
const variable = (name: string, value: string | null, over: Partial<VariableInput> = {}): VariableInput => ({
  name,
  kind: "project",
  secret: false,
  value,
  ...over,
});

let here: Workplace;
beforeEach(async () => {
  here = await workplace();
  return () => here.store.close();
});

const opened = (values: PropertyValues): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value instanceof Secret ? `secret ${value.reveal()}` : value]),
  );

describe("references", () => {
  it.each([
    ["[a]", ["a"]],
    ["x[a]y[b{2}]", ["a", "b=2"]],
    ["[a{}]", ["a="]],
    ["[$global.name-1]", ["$global.name-1"]],
    ["[größe{ü}]", ["größe=ü"]],
    ["https://[::1]/EWS", []],
    ["[1]", []],
    ["[with space]", []],
    ["[[a]", []],
    ["[]", []],
    ["[a", []],
    ["a[[b]c[d]", ["d"]],
  ])("finds in %s", (text, expected) => {
    const found = referencesIn(text).map(({ name, fallback }) =>
      fallback === undefined ? name : `${name}=${fallback}`,
    );
    expect(found).toEqual(expected);
  });

  it("leaves text without references as it is, whatever brackets it has", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("[", "]", "{", "}", "1", " ", "💌") }), (text) => {
        expect(replaceReferences(text, () => "X")).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it("never looks into a value for more references", () => {
    expect(replaceReferences("[a]", () => "[a][b]")).toBe("[a][b]");
  });
});

describe("resolving", () => {
  it("puts stored values, values of the call and defaults in, in that order of weakness", async () => {
    await here.variables.create(call, variable("host", "stored.example"));
    await here.variables.create(call, variable("nothing", null));
    const values = { A: "https://[host]/x", B: "[missing{fallback}]", C: "[nothing{2}]", D: "[[host]", E: 5, F: true };
    expect(await here.variables.resolve(call, values)).toEqual({
      A: "https://stored.example/x",
      B: "fallback",
      C: "2",
      D: "[host]",
      E: 5,
      F: true,
    });
    const withOwn = { ...call, variables: { host: "own.example", missing: 7 } };
    expect(await here.variables.resolve(withOwn, values)).toMatchObject({
      A: "https://own.example/x",
      B: 7,
      D: "[host]",
    });
  });

  it("names all that is missing, with the properties", async () => {
    const error = await here.variables
      .resolve(call, { Server: "[host]", User: "[user]@[domain{x}]", Password: new Secret("[pw]") })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error).toMatchObject({
      code: "INVALID_PROPERTY",
      causeCode: "VARIABLE_UNRESOLVED",
      target: "Server",
      evidence: { missing: ["host", "user", "pw"] },
    });
    expect((error as ConnectorError).mistakes.map(({ pointer }) => pointer)).toEqual([
      "/properties/Server",
      "/properties/User",
      "/properties/Password",
    ]);
  });

  it("keeps secrets closed: in secret properties, and where a secret variable stands", async () => {
    await here.variables.create(call, variable("pw", "hush", { secret: true }));
    const resolved = await here.variables.resolve(call, {
      Password: new Secret("[pw]!"),
      User: "[pw]",
      Mixed: "x[pw]y",
      Open: "[pw{x}]".replace("pw", "other"),
    });
    expect(opened(resolved)).toEqual({
      Password: "secret hush!",
      User: "secret hush",
      Mixed: "secret xhushy",
      Open: "x",
    });
    expect(JSON.stringify(resolved)).not.toContain("hush");
    await here.variables.resolve(call, { User: "[pw]" });
    expect((await here.audited()).filter((line) => line.includes("secret.use"))).toEqual([
      "k1 secret.use variable/pw started",
    ]);
  });

  it("lets no call say where credentials go", async () => {
    await here.variables.create(call, variable("host", "stored.example"));
    const fixed = new Set(["Server"]);
    const values = { Server: "https://[host]/", User: "[host]" };
    expect(
      await refusalOf(here.variables.resolve({ ...call, variables: { host: "evil.example" } }, values, fixed)),
    ).toBe("FORBIDDEN");
    expect(await here.variables.resolve({ ...call, variables: { other: "x" } }, values, fixed)).toMatchObject({
      Server: "https://stored.example/",
    });
  });

  it("has a changed value in force at once here and within five seconds elsewhere", async () => {
    await here.variables.create(call, variable("host", "one"));
    const second = await workplace({ store: here.store, vault: here.vault, clock: here.clock });
    const there = () => second.variables.resolve(call, { A: "[host]" });
    expect(await there()).toEqual({ A: "one" });
    const stamp = await second.variables.stamp(call, ["host"]);
    expect(await second.variables.stamp(call, ["host"])).toBe(stamp);
    await here.variables.replace(call, "host", variable("host", "two"));
    expect(await here.variables.resolve(call, { A: "[host]" })).toEqual({ A: "two" });
    here.clock.advance(4999);
    expect(await there()).toEqual({ A: "two" });
    expect(await second.variables.stamp(call, ["host"])).not.toBe(stamp);
    expect(await second.variables.stamp({ ...call, variables: { host: "x" } }, ["host"])).not.toBe(stamp);
  });

  it("lists the names a connection depends on", () => {
    expect(variablesIn({ A: "[b][a]", B: new Secret("[c{1}]"), C: "[a]", D: 1 })).toEqual(["a", "b", "c"]);
  });
});

describe("variables", () => {
  it("shows secret ones as set, keeps them when sent back as shown, and never turns one open", async () => {
    const { value, etag } = await here.variables.create(call, variable("pw", "hush", { secret: true }));
    expect(value).toMatchObject({ name: "pw", secret: true, value: { isSet: true } });
    const shown = variable("pw", { isSet: true } as never, { secret: true, kind: "global" });
    const kept = await here.variables.replace(call, "pw", shown, etag);
    expect(kept.value.kind).toBe("global");
    expect(opened(await here.variables.resolve(call, { A: "[pw]" }))).toEqual({ A: "secret hush" });
    for (const refused of [{ ...shown, secret: false }, variable("pw", "****", { secret: true })])
      expect(await refusalOf(here.variables.replace(call, "pw", refused))).toBe("INVALID_REQUEST /value");
    await here.variables.replace(call, "pw", variable("pw", null, { secret: true }));
    expect((await here.variables.get(call, "pw")).value.value).toEqual({ isSet: false });
    expect(await refusalOf(here.variables.resolve(call, { A: "[pw]" }))).toBe("INVALID_PROPERTY /properties/A");
  });

  it("keep a secret that is left out or came unset, and take a lost answer's repetition", async () => {
    const { etag } = await here.variables.create(call, variable("pw", "hush", { secret: true }));
    const { value: _, ...without } = variable("pw", "", { secret: true, kind: "global" });
    await here.variables.replace(call, "pw", without);
    await here.variables.replace(call, "pw", { ...without, kind: "project", value: { isSet: false } });
    expect(opened(await here.variables.resolve(call, { A: "[pw]" }))).toEqual({ A: "secret hush" });
    here.clock.advance(1000);
    const next = variable("pw", "other", { secret: true });
    const { etag: now } = await here.variables.get(call, "pw");
    const changed = await here.variables.replace(call, "pw", next, now);
    expect(await here.variables.replace(call, "pw", next, etag)).toEqual(changed);
    expect(await refusalOf(here.variables.replace(call, "pw", variable("pw", "x", { secret: true }), etag))).toBe(
      "PRECONDITION",
    );
  });

  it("have no value only when null was sent", async () => {
    await here.variables.create(call, variable("host", "x"));
    const { value: _, ...without } = variable("host", "");
    expect(await refusalOf(here.variables.replace(call, "host", without))).toBe("INVALID_REQUEST /value");
  });

  it("are unique, named like names, and versioned", async () => {
    const { etag } = await here.variables.create(call, variable("host", "x"));
    expect(await refusalOf(here.variables.create(call, variable("host", "y")))).toBe("CONFLICT");
    expect(await refusalOf(here.variables.create(call, variable("a b", "y")))).toBe("INVALID_REQUEST /name");
    await here.variables.replace(call, "host", variable("host", "z"), etag);
    expect(await refusalOf(here.variables.replace(call, "host", variable("host", "w"), etag))).toBe("PRECONDITION");
    expect(await refusalOf(here.variables.replace(call, "host", variable("host", "z"), etag))).toBe("accepted");
    expect(await refusalOf(here.variables.remove(call, "host", etag))).toBe("PRECONDITION");
    await here.variables.remove(call, "host");
    expect(await refusalOf(here.variables.get(call, "host"))).toBe("NOT_FOUND");
    expect((await here.audited()).map((line) => line.split(" ")[1])).toEqual([
      "variable.create",
      "variable.update",
      "variable.remove",
    ]);
  });

  it("cannot be changed by a key that is limited to connections", async () => {
    await here.variables.create(call, variable("host", "x"));
    const limited = callBy({ connections: ["mail"] });
    expect(await refusalOf(here.variables.create(limited, variable("n", "x")))).toBe("FORBIDDEN");
    expect(await refusalOf(here.variables.replace(limited, "host", variable("host", "y")))).toBe("FORBIDDEN");
    expect(await refusalOf(here.variables.remove(limited, "host"))).toBe("FORBIDDEN");
  });
});
