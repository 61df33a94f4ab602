import { describe, expect, test } from "vitest";
import { createAliases } from "../../../src/runtime/aliases.ts";
import { createRegistry } from "../../../src/runtime/registry.ts";
import { createTransfer } from "../../../src/runtime/transfer.ts";
import type { AliasInput, ConnectionInput, TransferDocument } from "../../../src/runtime/use-cases.ts";
import { validate } from "../../../src/runtime/validation.ts";
import { realRandom } from "./fixtures.ts";
import { callBy, postbox, refusalOf, type Workplace, workplace } from "./workplace.ts";

const call = callBy();
const registry = createRegistry([postbox, { ...postbox, name: "other" }]);
const connectors = {
  get: registry.get,
  validate: (name: string, properties: Readonly<Record<string, unknown>>) => validate(registry.get(name), properties),
};
const partsOf = ({ store, vault, audit, clock, paging, connections: access }: Workplace) => ({
  ...{ store, vault, audit, clock, paging, access },
  connectors,
  random: realRandom,
});
const connection = (properties: ConnectionInput["properties"], over: Partial<ConnectionInput> = {}) => ({
  name: "mail",
  connector: "postbox",
  properties: { Server: "a.example", ...properties },
  ...over,
});
const document = (over: Partial<TransferDocument>): TransferDocument => ({
  connections: [],
  aliases: [],
  activities: [],
  variables: [],
  ...over,
});
const alias = (name: string, over: Partial<AliasInput> = {}): AliasInput => ({
  name,
  supportMultipleActiveConnections: false,
  connections: [],
  ...over,
});
const secret = { isSet: true };

describe("an import that replaces a connection", () => {
  test("does not take its secrets to another server: they are missing until they are sent", async () => {
    const place = await workplace();
    await place.connections.create(call, connection({ User: "u", Password: "p" }));
    const moved = connection({ Server: "b.example", User: "u", Password: secret });
    const summary = await createTransfer(partsOf(place)).importAll(call, document({ connections: [moved] }), "replace");
    expect(summary.unconfigured).toEqual([{ name: "mail", missingSecrets: ["Password"] }]);
    const { id } = await place.connections.locate(call, "mail");
    expect(await place.store.secrets.list(`connection/${id}`)).toEqual([]);
  });

  test("does not make it one of another connector", async () => {
    const place = await workplace();
    await place.connections.create(call, connection({ User: "u", Password: "p" }));
    const other = connection({ User: "u", Password: secret }, { connector: "other" });
    const importing = createTransfer(partsOf(place)).importAll(call, document({ connections: [other] }), "replace");
    expect(await refusalOf(importing)).toBe("INVALID_PROPERTY /connections/0/connector");
  });

  test("does not take the id of one for the name of another", async () => {
    const place = await workplace();
    const { value } = await place.connections.create(call, connection({}));
    const named = connection({}, { name: value.id });
    const importing = createTransfer(partsOf(place)).importAll(call, document({ connections: [named] }), "replace");
    expect(await refusalOf(importing)).toContain("/connections/0/name");
    expect((await place.connections.get(call, value.id)).value.name).toBe("mail");
  });

  test("fails as a whole when another request changes it meanwhile", async () => {
    const place = await workplace();
    await place.connections.create(call, connection({}));
    const { store } = place;
    const transfer = createTransfer({
      ...partsOf(place),
      store: {
        ...store,
        transaction: async (work, topics) => {
          await place.connections.patch(call, "mail", { description: "theirs" });
          return store.transaction(work, topics);
        },
      },
    });
    const ours = connection({}, { description: "ours" });
    const importing = transfer.importAll(call, document({ connections: [ours], aliases: [alias("New")] }), "replace");
    expect(await refusalOf(importing)).toBe("CONFLICT");
    expect((await place.connections.get(call, "mail")).value.description).toBe("theirs");
    expect(await store.aliases.all()).toEqual([]);
  });
});

describe("an import of many", () => {
  const many = Array.from({ length: 10_000 }, (_, index) => index);

  test("tells a hundred mistakes, and is done soon", { timeout: 10_000 }, async () => {
    const place = await workplace();
    const connections = many.slice(0, 100).map((index) => `nowhere-${"x".repeat(50)}${index}`);
    const aliases = many.map((index) => alias(`A${index}`, { connections, parent: `None${index}` }));
    const refused = await refusalOf(createTransfer(partsOf(place)).importAll(call, document({ aliases }), "fail"));
    expect(refused.split(" ")).toHaveLength(101);
  });

  test("refuses a family with thousands of generations", { timeout: 10_000 }, async () => {
    const place = await workplace();
    const aliases = many.map((index) => alias(`A${index}`, index === 0 ? {} : { parent: `A${index - 1}` }));
    const refused = await refusalOf(createTransfer(partsOf(place)).importAll(call, document({ aliases }), "fail"));
    expect(refused).toContain("/aliases/50/parent");
    expect(refused).not.toContain("/aliases/49/parent");
  });

  test("checks the names of activities as a request does", async () => {
    const activity = { name: "a/b", connection: "mail", kind: "query", body: { table: "Inbox" } } as const;
    const place = await workplace();
    const importing = createTransfer(partsOf(place)).importAll(
      call,
      document({ connections: [connection({})], activities: [activity] }),
      "fail",
    );
    expect(await refusalOf(importing)).toContain("/activities/0/name");
  });
});

test("two aliases that become each other's parent at the same time are no circle: the later is refused", async () => {
  const place = await workplace();
  const { store } = place;
  const aliases = createAliases(partsOf(place));
  await aliases.create(call, alias("A"));
  await aliases.create(call, alias("B"));
  const late = createAliases({
    ...partsOf(place),
    store: {
      ...store,
      transaction: async (work, topics) => {
        await aliases.replace(call, "A", alias("A", { parent: "B" }));
        return store.transaction(work, topics);
      },
    },
  });
  expect(await refusalOf(late.replace(call, "B", alias("B", { parent: "A" })))).toContain("/parent");
});
