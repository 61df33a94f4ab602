import { existsSync, readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { type ConnectionProperty, type ConnectorDefinition, defineConnector, Secret } from "#spi";
import { installedConnectors } from "../../../connectors/index.ts";
import { smtpConnector } from "../../../connectors/smtp/manifest.ts";
import { connectionSchema } from "../../../src/runtime/connection-schema.ts";
import { referencePattern, referencesIn } from "../../../src/runtime/references.ts";
import { settle, validate } from "../../../src/runtime/validation.ts";
import { notesConnector } from "../../fixtures-connector/notes/manifest.ts";

type Properties = Readonly<Record<string, unknown>>;

const [definition] = await installedConnectors({ environment: {}, readFile: () => Promise.reject(new Error("none")) });
if (definition === undefined) throw new Error("no connector is installed");
const connector: ConnectorDefinition = definition;

const mistakesOf = (properties: Properties): readonly string[] =>
  validate(connector, properties).properties.flatMap(({ errors }) => errors.map(({ detail }) => detail));
const wrongKeys = (properties: Properties): readonly string[] =>
  validate(connector, properties)
    .properties.filter(({ errors }) => errors.length > 0)
    .map(({ key }) => key)
    .sort();
const reportOf = (properties: Properties, wanted: string) =>
  validate(connector, properties).properties.find(({ key }) => key === wanted);

const schemas = ["EWS", "MSGraph"];
const platforms = [
  "Exchange2007",
  "Exchange2007_SP1",
  "Exchange2010",
  "Exchange2010_SP1",
  "Exchange2010_SP2",
  "Exchange2013",
  "Exchange2013_SP1",
  "Exchange_Online",
];

/** What a scheme needs beside Schema, Platform and Server; `online`: tokens are for Exchange Online and Graph only. */
interface Needs {
  readonly given: Properties;
  readonly needs: readonly string[];
  readonly online: boolean;
}
const login = ["User", "Password"];
const needsOf: readonly Needs[] = [
  { given: { AuthScheme: "Basic" }, needs: login, online: false },
  { given: { AuthScheme: "NTLM" }, needs: login, online: false },
  { given: { AuthScheme: "Digest" }, needs: login, online: false },
  { given: { AuthScheme: "NONE" }, needs: [], online: false },
  { given: { AuthScheme: "Negotiate" }, needs: login, online: false },
  { given: { AuthScheme: "Negotiate", KerberosKeytabFile: "svc.keytab" }, needs: [], online: false },
  { given: { AuthScheme: "Negotiate", KerberosTicketCache: "krb5cc" }, needs: [], online: false },
  { given: { AuthScheme: "AzureAD" }, needs: ["OAuthAccessToken"], online: true },
  { given: { AuthScheme: "AzureAD", InitiateOAuth: "OFF" }, needs: ["OAuthAccessToken"], online: true },
  {
    given: { AuthScheme: "AzureAD", InitiateOAuth: "REFRESH" },
    needs: ["OAuthClientId", "OAuthAccessToken", "OAuthRefreshToken"],
    online: true,
  },
  { given: { AuthScheme: "AzureAD", InitiateOAuth: "GETANDREFRESH" }, needs: ["OAuthClientId"], online: true },
  { given: { AuthScheme: "OAuth" }, needs: ["OAuthAccessToken"], online: true },
  { given: { AuthScheme: "OAuth", InitiateOAuth: "GETANDREFRESH" }, needs: ["OAuthClientId"], online: true },
  {
    given: { AuthScheme: "OAuth", OAuthGrantType: "CLIENT" },
    needs: ["AzureTenant", "OAuthClientId", "OAuthClientSecret"],
    online: true,
  },
  {
    given: { AuthScheme: "OAuth", OAuthGrantType: "CLIENT", OAuthJWTCert: "-----BEGIN" },
    needs: ["AzureTenant", "OAuthClientId"],
    online: true,
  },
  {
    given: { AuthScheme: "OAuth", OAuthGrantType: "PASSWORD", InitiateOAuth: "GETANDREFRESH" },
    needs: ["AzureTenant", "OAuthClientId", ...login],
    online: true,
  },
  {
    given: { AuthScheme: "AzureServicePrincipal" },
    needs: ["AzureTenant", "OAuthClientId", "OAuthClientSecret"],
    online: true,
  },
  {
    given: { AuthScheme: "AzureServicePrincipal", InitiateOAuth: "OFF" },
    needs: ["OAuthAccessToken"],
    online: true,
  },
  {
    given: { AuthScheme: "AzureServicePrincipalCert" },
    needs: ["AzureTenant", "OAuthClientId", "OAuthJWTCert"],
    online: true,
  },
  { given: { AuthScheme: "AzureMSI" }, needs: [], online: true },
];

const filled = (needs: readonly string[]): Properties => Object.fromEntries(needs.map((key) => [key, "x"]));

describe("every AuthScheme with every Schema and Platform", () => {
  test("the table has every AuthScheme", () => {
    const choices = connector.properties.find(({ key }) => key === "AuthScheme")?.choices?.map(({ value }) => value);
    expect([...new Set(needsOf.map(({ given }) => given["AuthScheme"]))].sort()).toEqual(choices?.toSorted());
  });

  for (const { given, needs, online } of needsOf) {
    test(`${Object.values(given).join(" ")} needs ${needs.join(", ") || "nothing more"}`, () => {
      for (const Schema of schemas) {
        for (const Platform of platforms) {
          const properties = { ...given, Schema, Platform };
          const isOnline = Schema === "MSGraph" || Platform === "Exchange_Online";
          const label = `${Schema} ${Platform}`;
          if (online ? !isOnline : Schema === "MSGraph") {
            expect(wrongKeys(properties), label).toContain("AuthScheme");
            expect(reportOf(properties, "AuthScheme")?.choices, label).not.toContain(given["AuthScheme"]);
            continue;
          }
          const wanted = [...needs, ...(isOnline ? [] : ["Server"])].sort();
          expect(wrongKeys(properties), label).toEqual(wanted);
          for (const key of wanted)
            expect(reportOf(properties, key), label).toMatchObject({ visible: true, required: true });
          expect(validate(connector, { ...properties, ...filled(wanted) }).errorCount, label).toBe(0);
          for (const key of wanted) {
            const { [key]: _, ...others } = filled(wanted);
            expect(wrongKeys({ ...properties, ...others }), label).toEqual([key]);
          }
        }
      }
    });
  }

  test("an application without a mailbox is warned of", () => {
    const codes = (properties: Properties, key: string) => reportOf(properties, key)?.warnings.map(({ code }) => code);
    const app = { AuthScheme: "AzureMSI" };
    expect(codes({ ...app, Schema: "MSGraph" }, "UserId")).toEqual(["PROPERTY_COMBINATION"]);
    expect(codes({ ...app, Schema: "MSGraph", UserId: "a@b.example" }, "UserId")).toEqual([]);
    expect(codes({ ...app, Schema: "EWS" }, "ImpersonationUser")).toEqual(["PROPERTY_COMBINATION"]);
  });

  test("a default that does not go with the Schema is a mistake, not a silent choice", () => {
    expect(mistakesOf({ Schema: "MSGraph" })).toContainEqual(
      expect.stringMatching(/^AuthScheme: the default Basic does not go with the other properties/),
    );
  });

  test("a property that is not used with the others is warned of, and not required", () => {
    const properties = { Schema: "MSGraph", AuthScheme: "AzureMSI", Server: "mail.example", Password: "x" };
    expect(validate(connector, properties).errorCount).toBe(0);
    for (const key of ["Server", "Password"]) {
      expect(reportOf(properties, key)).toMatchObject({ visible: false, required: false });
      expect(reportOf(properties, key)?.warnings.map(({ code }) => code)).toContain("PROPERTY_NOT_USED");
    }
  });
});

test("a trust that anybody can meet is warned of, a firm one not", () => {
  const trust = (SSLServerCert: string) =>
    reportOf({ Schema: "EWS", SSLServerCert }, "SSLServerCert")?.warnings.map(({ code }) => code);
  expect(trust("*")).toEqual(["CERTIFICATE_ANY_ACCEPTED"]);
  expect(trust("C9:74:B5:38:26:1B:A8:5D:9D:0C:AD:E4:EA:6C:15:DA:CF:35:9D:76")).toEqual(["CERTIFICATE_PIN_WEAK"]);
  expect(trust("0123456789abcdef0123456789abcdef")).toEqual(["CERTIFICATE_PIN_WEAK"]);
  expect(trust("ab".repeat(32))).toEqual([]);
  expect(reportOf({ Schema: "EWS", User: "*" }, "User")?.warnings).toEqual([]);
});

describe("mistakes", () => {
  test("are all told at once, each at its property", () => {
    const properties = { AuthScheme: "Basicc", Timeout: "soon", Readonly: "perhaps", User: 5, Pasword: "x" };
    expect(wrongKeys(properties)).toEqual(["AuthScheme", "Pasword", "Readonly", "Timeout", "User"]);
    expect(validate(connector, properties).errorCount).toBe(5);
  });

  test("unknown keys name the nearest", () => {
    for (const { key } of connector.properties) {
      const misspelt = `${key}x`;
      expect(mistakesOf({ [misspelt]: "1" }).join("\n"), misspelt).toContain(`There is no property "${misspelt}"`);
      expect(mistakesOf({ [misspelt]: "1" }).join("\n"), misspelt).toContain(`"${key}"`);
    }
    expect(wrongKeys(JSON.parse('{"__proto__": 1, "constructor": 2}'))).toEqual(
      expect.arrayContaining(["__proto__", "constructor"]),
    );
  });

  test("misspelt choices name the nearest", () => {
    expect(mistakesOf({ AuthScheme: "NTML" }).join()).toContain('The nearest is "NTLM"');
  });

  test("no list and no object passes for text", () => {
    for (const value of [["Basic"], { Basic: 1 }, [], {}, { isSet: true }, { isSet: false }])
      expect(wrongKeys({ AuthScheme: value }), JSON.stringify(value)).toContain("AuthScheme");
    for (const value of [["x"], {}, { isSet: false }, { isSet: true, value: "x" }, 5])
      expect(wrongKeys({ AuthScheme: "NTLM", Password: value }), JSON.stringify(value)).toContain("Password");
    expect(wrongKeys({ AuthScheme: "NTLM", Password: { isSet: true } })).not.toContain("Password");
  });

  test("null and empty text are as good as nothing", () => {
    for (const nothing of [null, ""]) {
      const properties = Object.fromEntries(connector.properties.map(({ key }) => [key, nothing]));
      expect(wrongKeys(properties)).toEqual(wrongKeys({}));
    }
  });
});

describe("variables", () => {
  test("are accepted in every property", () => {
    for (const { key } of connector.properties) {
      for (const value of ["[name]", "[name{default}]", "a [name] b"])
        expect(reportOf({ [key]: value }, key)?.errors, `${key} ${value}`).toEqual([]);
    }
  });

  test("decide rules later: nothing is required, and no choice refused, that a value might make right", () => {
    expect(wrongKeys({ AuthScheme: "[scheme]" })).toEqual([]);
    expect(wrongKeys({ AuthScheme: "Basic", Platform: "[platform]", User: "u", Password: "[p]" })).toEqual([]);
    expect(wrongKeys({ AuthScheme: "AzureMSI", Platform: "[platform]" })).toEqual([]);
    expect(wrongKeys({ AuthScheme: "Basic", Schema: "[schema]", User: "u", Password: "p" })).toEqual([]);
  });

  test("an escaped bracket is plain text", () => {
    expect(wrongKeys({ AuthScheme: "[[Basic]" })).toContain("AuthScheme");
  });

  test("resolved, everything is checked again", () => {
    const values = { AuthScheme: "Basic", Schema: "MSGraph", Pagesize: "12", Readonly: "TRUE" };
    expect(() => settle(connector, values)).toThrow(expect.objectContaining({ code: "INVALID_PROPERTY" }));
    const settled = settle(connector, {
      ...values,
      Schema: "EWS",
      Platform: "Exchange2013_SP1",
      Server: "mail.example",
      User: "u",
      Password: new Secret("p"),
    });
    expect(settled).toMatchObject({ Pagesize: 12, Readonly: true, Schema: "EWS", Timeout: 60 });
    expect(settled["Password"]).toBeInstanceOf(Secret);
  });
});

// ---- the JSON Schema

const compile = (of: ConnectorDefinition): ValidateFunction => {
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  const schema = connectionSchema(of);
  expect(ajv.validateSchema(schema), JSON.stringify(ajv.errors)).toBe(true);
  return ajv.compile(schema);
};

/** Values a property may be given, right and wrong ones. */
function valuesOf({ type, choices = [], secret }: ConnectionProperty): fc.Arbitrary<unknown> {
  const right: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    boolean: fc.constantFrom(true, false, "true", "False"),
    integer: fc.oneof(fc.integer({ min: -2, max: 100 }), fc.constantFrom("7", " 12 ", "-1")),
    enum: fc.constantFrom("", ...choices.map(({ value }) => value)),
  };
  const text = fc.constantFrom("mail.example", "x", " ", "[[name]", "[no name", "a]b");
  return fc.oneof(
    { weight: 12, arbitrary: right[type] ?? text },
    { weight: 2, arbitrary: fc.constantFrom<unknown>("[name]", "[name{default}]", "a[b]c") },
    { weight: 2, arbitrary: fc.constantFrom<unknown>(null, "") },
    { weight: secret ? 4 : 1, arbitrary: fc.constant<unknown>({ isSet: true }) },
    { weight: 1, arbitrary: fc.constantFrom<unknown>("wrong", 1.5, [], {}, ["Basic"], true, { isSet: false }) },
  );
}

const deciding =
  /^(AuthScheme|Schema|Platform|Server|User|Password|Azure|InitiateOAuth|OAuth|Kerberos.*File|Firewall|Proxy)/;

/** Maps of a few properties, those that rules look at more often. */
function propertyMaps(of: ConnectorDefinition): fc.Arbitrary<Properties> {
  const field = (property: ConnectionProperty) => {
    const isDeciding = of !== connector || deciding.test(property.key);
    const some = fc.option(valuesOf(property), { freq: 2, nil: undefined });
    const few = fc.oneof({ weight: 20, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: some });
    return (isDeciding ? some : few).map((value): readonly [string, unknown] => [property.key, value]);
  };
  const unknown = fc.constantFrom(
    ["Pasword", "x"] as const,
    ...Array.from({ length: 9 }, () => ["", undefined] as const),
  );
  return fc
    .tuple(...of.properties.map(field), unknown)
    .map((entries) => Object.fromEntries(entries.filter(([, value]) => value !== undefined)));
}

describe("the JSON Schema of the form", () => {
  let accepts: ValidateFunction;
  beforeAll(() => {
    accepts = compile(connector);
  });

  test("agrees with validation on every scheme of the table", () => {
    let right = 0;
    for (const { given, needs } of needsOf) {
      for (const Schema of schemas) {
        for (const Platform of [...platforms, undefined]) {
          for (const more of [{}, filled(needs), { ...filled(needs), Server: "mail.example" }]) {
            const properties = { ...given, Schema, ...(Platform === undefined ? {} : { Platform }), ...more };
            const isRight = validate(connector, properties).errorCount === 0;
            expect(accepts(properties), JSON.stringify(properties)).toBe(isRight);
            if (isRight) right += 1;
          }
        }
      }
    }
    expect(right).toBeGreaterThan(100);
  });

  test("agrees with validation on random properties", () => {
    let right = 0;
    fc.assert(
      fc.property(propertyMaps(connector), (properties) => {
        const mistakes = mistakesOf(properties);
        if (mistakes.length === 0) right += 1;
        expect(accepts(properties), `${JSON.stringify(properties)}: ${mistakes.join(" ")}`).toBe(mistakes.length === 0);
      }),
      { numRuns: 800 },
    );
    expect(right).toBeGreaterThan(0);
  });

  test("agrees with validation on properties changed in one place", () => {
    const bases = needsOf.map(({ given, needs, online }) => ({
      ...given,
      ...filled(needs),
      Schema: "EWS",
      Platform: online ? "Exchange_Online" : "Exchange2013_SP1",
      Server: "mail.example",
    }));
    const change = fc
      .constantFrom(...connector.properties)
      .chain((property) => valuesOf(property).map((value) => ({ [property.key]: value })));
    fc.assert(
      fc.property(fc.constantFrom(...bases), change, change, (base, one, other) => {
        const properties = { ...base, ...one, ...other };
        const mistakes = mistakesOf(properties);
        expect(accepts(properties), `${JSON.stringify(properties)}: ${mistakes.join(" ")}`).toBe(mistakes.length === 0);
      }),
      { numRuns: 1500 },
    );
  });

  test("agrees with validation on email accounts changed in two places", () => {
    const smtp = smtpConnector({});
    const acceptsMail = compile(smtp);
    const bases = [
      { AuthScheme: "NONE", Server: "mail.example", From: "a@mail.example" },
      { AuthScheme: "BASIC", Server: "mail.example", User: "a@mail.example", Password: "x" },
      { User: "a@mail.example", OAuthClientId: "x" },
      {
        User: "a@mail.example",
        OAuthClientId: "x",
        OAuthGrantType: "CLIENT",
        AzureTenant: "x",
        OAuthClientSecret: "x",
      },
      { User: "a@mail.example", InitiateOAuth: "OFF", OAuthAccessToken: "x" },
    ];
    const change = fc
      .constantFrom(...smtp.properties)
      .chain((property) => valuesOf(property).map((value) => ({ [property.key]: value })));
    for (const base of bases) expect(acceptsMail(base), JSON.stringify(base)).toBe(true);
    fc.assert(
      fc.property(fc.constantFrom(...bases), change, change, (base, one, other) => {
        const properties = { ...base, ...one, ...other };
        const { errorCount } = validate(smtp, properties);
        expect(acceptsMail(properties), JSON.stringify(properties)).toBe(errorCount === 0);
      }),
      { numRuns: 1500 },
    );
  });

  test("takes flags in rules, ranges and defaults of other connectors", () => {
    const base = notesConnector(new Map());
    const property = (key: string, more: Partial<ConnectionProperty>): ConnectionProperty => ({
      key,
      displayName: key,
      group: "Notes",
      type: "string",
      secret: false,
      description: key,
      advanced: false,
      effect: "active",
      ...more,
    });
    const other = defineConnector({
      ...base,
      properties: [
        property("Sync", { type: "boolean" }),
        property("Every", { type: "integer", minimum: 1, maximum: 9, required: { property: "Sync", in: ["true"] } }),
        property("Mode", {
          type: "enum",
          choices: [{ value: "a" }, { value: "b", when: { not: { isSet: "Every" } } }],
          defaultsWhen: [{ when: { property: "Sync", in: ["false"] }, value: "b" }],
          required: "always",
        }),
        property("Key", { secret: true, required: { not: { property: "Mode", in: ["a"] } } }),
      ],
      jointRules: [
        {
          when: { all: [{ isSet: "Key" }, { property: "Sync", in: ["false"] }] },
          property: "Key",
          detail: "no",
          severity: "error",
        },
      ],
    });
    const accepted = compile(other);
    fc.assert(
      fc.property(propertyMaps(other), (properties) => {
        const { errorCount } = validate(other, properties);
        fc.pre(!/"Every":"/.test(JSON.stringify(properties)));
        expect(accepted(properties), JSON.stringify(properties)).toBe(errorCount === 0);
      }),
      { numRuns: 1000 },
    );
  });

  test("recognises the same references", () => {
    const pattern = new RegExp(referencePattern, "u");
    const part = fc.constantFrom("[", "[[", "]", "a", "é", "{", "}", "[a]", "[[a]", "[a{b}]", " ", "[a{[b]}]");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const text = parts.join("");
        expect(pattern.test(text), text).toBe(referencesIn(text).length > 0);
      }),
      { numRuns: 3000 },
    );
  });
});

// ---- names

const reference = new URL("../../../../shared/reference/exchange-connector/properties.json", import.meta.url);

interface ReferenceProperty {
  readonly key: string;
  readonly displayName: string;
  readonly group: string;
  readonly type: string;
  readonly allowed: readonly string[] | null;
  readonly secret: boolean;
}

describe.skipIf(!existsSync(reference))("properties and the reference data (needs ../shared/reference)", () => {
  const expected: readonly ReferenceProperty[] = existsSync(reference)
    ? (JSON.parse(readFileSync(reference, "utf8")) as { properties: ReferenceProperty[] }).properties
    : [];
  // The name of a connection is not one of its properties.
  const known = expected.filter(({ key }) => key !== "ConnectionName");

  test("have the same keys", () => {
    expect(known.length).toBeGreaterThan(90);
    expect(connector.properties.map(({ key }) => key).sort()).toEqual(known.map(({ key }) => key).sort());
  });

  test("have the same names, groups and choices, and keep at least the same secrets", () => {
    for (const { key, displayName, group, allowed, secret } of known) {
      const own = connector.properties.find((property) => property.key === key);
      expect({ key, displayName: own?.displayName, group: own?.group }).toEqual({ key, displayName, group });
      if (secret) expect(own?.secret, key).toBe(true);
      if (own?.type === "enum")
        expect(own.choices?.map(({ value }) => value).sort(), key).toEqual(
          expect.arrayContaining([...(allowed ?? [])]),
        );
    }
  });
});
