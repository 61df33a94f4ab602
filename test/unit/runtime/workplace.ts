import { type AuditTrail, createAuditCases, createAuditTrail } from "../../../src/runtime/audit.ts";
import { createConnections } from "../../../src/runtime/connections.ts";
import { createKeyCases } from "../../../src/runtime/keys.ts";
import { createListPaging } from "../../../src/runtime/page.ts";
import { createRegistry } from "../../../src/runtime/registry.ts";
import { createVault, type Vault } from "../../../src/runtime/secrets.ts";
import type { Call, Principal } from "../../../src/runtime/use-cases.ts";
import { validate } from "../../../src/runtime/validation.ts";
import { createVariables } from "../../../src/runtime/variables.ts";
import {
  type ConnectorDefinition,
  ConnectorError,
  flag,
  integer,
  is,
  isSet,
  secretText,
  text,
} from "../../../src/spi/index.ts";
import type { Store } from "../../../src/store/store.ts";
import { type KeptLog, keptLog, type ManualClock, manualClock, memoryStore, realRandom } from "./fixtures.ts";

const place = { group: "All", description: "" };

/** A connector with one property of each sort that connections treat differently. */
export const postbox: ConnectorDefinition = {
  name: "postbox",
  version: "1.0.0",
  displayName: "Postbox",
  description: "",
  schemas: [{ name: "Post", displayName: "Post", description: "" }],
  propertyGroups: ["All"],
  jointRules: [],
  causes: [],
  properties: [
    text({ ...place, key: "Server", displayName: "Server", required: "always", movesCredentials: true }),
    text({ ...place, key: "ProxyServer", displayName: "Proxy", movesCredentials: true }),
    text({ ...place, key: "Trust", displayName: "Trust", default: "system", movesCredentials: true }),
    text({ ...place, key: "User", displayName: "User" }),
    text({ ...place, key: "Mailbox", displayName: "Mailbox" }),
    secretText({ ...place, key: "Password", displayName: "Password", required: isSet("User") }),
    secretText({ ...place, key: "ProxyPassword", displayName: "Proxy password" }),
    secretText({ ...place, key: "Token", displayName: "Token", required: is("Mailbox", "needs a token") }),
    integer({ ...place, key: "Timeout", displayName: "Timeout", default: 60, minimum: 0 }),
    text({ ...place, key: "Old", displayName: "Old", effect: { none: "It never had one." } }),
    flag({ ...place, key: "Readonly", displayName: "Readonly", default: false }),
  ],
  parse: (values) => values,
  transport: () => Promise.reject(new Error("nothing is sent here")) as never,
  tablesOf: () => [],
  proceduresOf: () => [],
  tables: () => [],
  procedures: () => [],
  calls: () => [],
  limits: () => ({ pageSize: 100, readOnly: false, localFiltering: false, localWork: true }),
  connect: () => Promise.reject(new Error("nothing is opened here")),
};

/** The use cases of this folder over one store, as an instance of the service has them. */
export interface Workplace {
  readonly clock: ManualClock;
  readonly store: Store;
  readonly vault: Vault;
  readonly log: KeptLog;
  readonly audit: AuditTrail;
  readonly auditCases: ReturnType<typeof createAuditCases>;
  readonly paging: ReturnType<typeof createListPaging>;
  readonly connections: ReturnType<typeof createConnections>;
  readonly variables: ReturnType<typeof createVariables>;
  readonly keys: ReturnType<typeof createKeyCases>;
  /** All actions in the audit, oldest first, with target and outcome. */
  audited(): Promise<string[]>;
}

export async function workplace(over: { store?: Store; vault?: Vault; clock?: ManualClock } = {}): Promise<Workplace> {
  const clock = over.clock ?? manualClock();
  const store = over.store ?? (await memoryStore(clock));
  const vault = over.vault ?? createVault([realRandom.bytes(32)], realRandom);
  const log = keptLog();
  const random = realRandom;
  const paging = createListPaging(vault);
  const audit = createAuditTrail({ store, clock, random });
  const registry = createRegistry([postbox]);
  const connectors = {
    get: registry.get,
    validate: (name: string, properties: Readonly<Record<string, unknown>>) => validate(registry.get(name), properties),
  };
  const parts = { store, vault, audit, paging, clock, random, log, connectors };
  return {
    clock,
    store,
    vault,
    log,
    audit,
    paging,
    auditCases: createAuditCases({ store, paging }),
    connections: createConnections(parts),
    variables: createVariables(parts),
    keys: createKeyCases(parts),
    async audited() {
      const rows = await store.audit.list({}, undefined, 1000);
      return rows
        .map(
          ({ action, target, outcome, actor }) =>
            `${actor} ${action} ${target.replace(/[0-9a-f-]{36}/, "ID")} ${outcome}`,
        )
        .reverse();
    },
  };
}

export const callBy = (principal: Partial<Principal> = {}, over: Partial<Call> = {}): Call => ({
  principal: { keyId: "k1", scopes: ["admin"], ...principal },
  requestId: "r1",
  signal: new AbortController().signal,
  ...over,
});

/** The code a promise is rejected with, and the pointers of its mistakes. */
export const refusalOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "accepted",
    (error: unknown) => {
      if (!(error instanceof ConnectorError)) throw error;
      return [error.code, ...error.mistakes.map(({ pointer }) => pointer)].join(" ");
    },
  );
