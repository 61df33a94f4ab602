import type { Value } from "#spi";
import type { Changes, Topic } from "./notify.ts";
import type { SubscriptionRepository } from "./subscription-records.ts";

/** Where a list goes on: after this key, at most so many; lists are ordered by that key. */
export interface Slice {
  readonly after?: string;
  readonly limit: number;
}

/** The definition of a connection: variables unresolved, secrets kept apart and sealed. */
export interface ConnectionRecord {
  readonly id: string;
  readonly name: string;
  readonly connector: string;
  readonly description?: string;
  readonly active: boolean;
  /** False: its credential must not be used. */
  readonly credentialActive: boolean;
  readonly tags: readonly string[];
  readonly properties: Readonly<Record<string, Value>>;
  /** The parts its URL was built from. */
  readonly urlBuilder?: Readonly<Record<string, string | number>>;
  /** Secrets an import left to be filled in. */
  readonly expectedSecrets: readonly string[];
  /** Raised with every change. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}
export interface ConnectionRepository {
  /** Errors: CONFLICT with causeCode STORE_UNIQUE when the name or id is taken. */
  insert(record: ConnectionRecord): Promise<void>;
  byId(id: string): Promise<ConnectionRecord | undefined>;
  byName(name: string): Promise<ConnectionRecord | undefined>;
  /** By name; `only` = ids and names a limited key may see. */
  list(slice: Slice, only?: readonly string[]): Promise<readonly ConnectionRecord[]>;
  /** False when the stored version is not `expected` any more. */
  update(record: ConnectionRecord, expected: number): Promise<boolean>;
  remove(id: string): Promise<boolean>;
}

export interface ConnectionStateRecord {
  readonly lastTest?: Readonly<Record<string, Value>>;
  readonly throttledUntil?: number;
}
/** What is learnt about a connection in use and shared by all instances. */
export interface ConnectionStateRepository {
  read(connectionId: string): Promise<ConnectionStateRecord>;
  saveLastTest(connectionId: string, lastTest: Readonly<Record<string, Value>>): Promise<void>;
  saveThrottledUntil(connectionId: string, until: number): Promise<void>;
}

/** The key an owner's secrets are sealed with, itself wrapped by the master key `keyId`. */
export interface DataKeyRecord {
  readonly owner: string;
  readonly keyId: string;
  readonly wrapped: string;
}
export interface SecretRecord {
  readonly owner: string;
  readonly field: string;
  readonly version: number;
  readonly sealed: string;
}
export interface SecretRepository {
  dataKey(owner: string): Promise<DataKeyRecord | undefined>;
  /** Inserts when the owner has none; answers the one that stands afterwards. */
  settleDataKey(record: DataKeyRecord): Promise<DataKeyRecord>;
  list(owner: string): Promise<readonly SecretRecord[]>;
  listOf(owners: readonly string[]): Promise<readonly SecretRecord[]>;
  put(record: SecretRecord): Promise<void>;
  remove(owner: string, field: string): Promise<void>;
  /** All secrets of the owner and its data key. */
  removeOwner(owner: string): Promise<void>;
}

export interface SavedActivityRecord {
  readonly id: string;
  readonly name: string;
  /** As the designer wrote it: a name or an id. */
  readonly connection: string;
  /** The connection meant; absent once that connection was removed by force. */
  readonly connectionId?: string;
  readonly kind: string;
  readonly description?: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}
export interface SavedActivityRepository {
  insert(record: SavedActivityRecord): Promise<void>;
  byId(id: string): Promise<SavedActivityRecord | undefined>;
  byName(name: string): Promise<SavedActivityRecord | undefined>;
  /** By name; `connectionIds` = connections a limited key may use. */
  list(slice: Slice, connectionIds?: readonly string[]): Promise<readonly SavedActivityRecord[]>;
  update(record: SavedActivityRecord, expected: number): Promise<boolean>;
  remove(id: string): Promise<boolean>;
  namesReferringTo(connectionId: string): Promise<readonly string[]>;
  /** Names of the activities that wrote exactly this for their connection. */
  namesUsing(connection: string): Promise<readonly string[]>;
  /** Activities that name the connection (or an alias, without an id) follow it to its new name. */
  followRename(connectionId: string | undefined, from: string, to: string): Promise<void>;
}

/** A name that stands for connections, resolved when it is used. */
export interface AliasRecord {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly parentId?: string;
  /** More than one of its connections may be active. */
  readonly multiple: boolean;
  /** Ids of connections, in the order in which they are tried. */
  readonly connectionIds: readonly string[];
  readonly retryPolicy?: Readonly<Record<string, unknown>>;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}
export interface AliasRepository {
  /** Errors: CONFLICT with causeCode STORE_UNIQUE when the name is taken. */
  insert(record: AliasRecord): Promise<void>;
  byName(name: string): Promise<AliasRecord | undefined>;
  /** By name. */
  list(slice: Slice): Promise<readonly AliasRecord[]>;
  all(): Promise<readonly AliasRecord[]>;
  update(record: AliasRecord, expected: number): Promise<boolean>;
  remove(id: string): Promise<boolean>;
}

export interface VariableRecord {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly secret: boolean;
  /** Plain text, or sealed when the variable is secret. */
  readonly value?: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}
export interface VariableRepository {
  insert(record: VariableRecord): Promise<void>;
  byName(name: string): Promise<VariableRecord | undefined>;
  list(slice: Slice): Promise<readonly VariableRecord[]>;
  all(): Promise<readonly VariableRecord[]>;
  update(record: VariableRecord, expected: number): Promise<boolean>;
  remove(id: string): Promise<boolean>;
}

export interface TokenRecord {
  readonly fingerprint: string;
  readonly state: "none" | "valid" | "authorization-required";
  /** The sealed token set; absent when there is none. */
  readonly sealed?: string;
  /** Raised with every write of the tokens, not by the lease. */
  readonly version: number;
}
/** Tokens with their lease: compare-and-set by version, times by the store's clock. */
export interface TokenRepository {
  read(connectionId: string): Promise<TokenRecord | undefined>;
  /** Takes the lease when it is free or has run out and the version is still the one seen. */
  acquire(connectionId: string, version: number, owner: string, leaseMs: number): Promise<boolean>;
  /** Writes when the version is still the one seen, raises it, and gives the lease back if `owner` holds it. */
  save(connectionId: string, version: number, record: Omit<TokenRecord, "version">, owner?: string): Promise<boolean>;
  /** Gives the lease back, only if `owner` still holds it. */
  release(connectionId: string, owner: string): Promise<boolean>;
}

export interface AuthorizationRecord {
  readonly stateHash: string;
  readonly connectionId: string;
  readonly fingerprint: string;
  readonly verifier: string;
  readonly redirectUri: string;
  readonly keyId: string;
  readonly expiresAt: number;
}
export interface AuthorizationRepository {
  insert(record: Omit<AuthorizationRecord, "expiresAt">, lifeMs: number): Promise<AuthorizationRecord>;
  /** Answers the record once, and never again; nothing when it has run out. */
  take(stateHash: string): Promise<AuthorizationRecord | undefined>;
  prune(): Promise<void>;
}

export interface IdempotencyKey {
  readonly principal: string;
  readonly path: string;
  readonly key: string;
}
export interface IdempotencyRecord extends IdempotencyKey {
  readonly fingerprint: string;
  /** Who runs it: only this claim may finish it. */
  readonly claim: string;
  readonly answer?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  /** How long the running request may still take, by the store's clock; 0 or less = it cannot be running any more. */
  readonly runningForMs: number;
}
export interface IdempotencyRepository {
  /** True when this claim is the first; a record past its life counts as absent. */
  claim(
    key: IdempotencyKey,
    fingerprint: string,
    claim: string,
    limits: { readonly runningMs: number; readonly keepMs: number },
  ): Promise<boolean>;
  read(key: IdempotencyKey): Promise<IdempotencyRecord | undefined>;
  complete(
    key: IdempotencyKey,
    claim: string,
    answer: NonNullable<IdempotencyRecord["answer"]>,
    keepMs: number,
  ): Promise<boolean>;
  release(key: IdempotencyKey, claim: string): Promise<void>;
  prune(): Promise<void>;
}

export interface ApiKeyRecord {
  readonly id: string;
  readonly name?: string;
  readonly hash: string;
  readonly scopes: readonly string[];
  readonly connections?: readonly string[];
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly lastUsedAt?: number;
}
export interface ApiKeyRepository {
  insert(record: ApiKeyRecord): Promise<void>;
  byId(id: string): Promise<ApiKeyRecord | undefined>;
  /** By id. */
  list(slice: Slice): Promise<readonly ApiKeyRecord[]>;
  all(): Promise<readonly ApiKeyRecord[]>;
  isEmpty(): Promise<boolean>;
  update(record: ApiKeyRecord): Promise<boolean>;
  touch(id: string, lastUsedAt: number): Promise<void>;
  remove(id: string): Promise<boolean>;
}

export interface AgentRecord {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly connectors: readonly { readonly name: string; readonly version: string }[];
  readonly startedAt: number;
  readonly seenAt: number;
}
export interface AgentRepository {
  /** Writes the agent as seen now, by the store's clock. */
  seen(agent: Omit<AgentRecord, "startedAt" | "seenAt">, isStarting: boolean): Promise<void>;
  live(withinMs: number): Promise<readonly AgentRecord[]>;
  remove(name: string): Promise<void>;
  /** Forgets agents not seen for so long. */
  prune(olderThanMs: number): Promise<void>;
}

export interface AuditRow {
  readonly id: string;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly outcome: string;
  readonly requestId: string;
}
export interface AuditFilter {
  readonly action?: string;
  readonly target?: string;
  readonly since?: number;
  /** Only these targets; for limited keys. */
  readonly targets?: readonly string[];
}
export interface AuditRepository {
  append(row: AuditRow): Promise<void>;
  /** Newest first. */
  list(
    filter: AuditFilter,
    before: { at: number; id: string } | undefined,
    limit: number,
  ): Promise<readonly AuditRow[]>;
}

export interface MetaRepository {
  read(key: string): Promise<string | undefined>;
  write(key: string, value: string): Promise<void>;
  /** Writes only when the key is absent; answers the value that stands afterwards. */
  settle(key: string, value: string): Promise<string>;
}

export interface Repositories {
  readonly meta: MetaRepository;
  readonly connections: ConnectionRepository;
  readonly connectionStates: ConnectionStateRepository;
  readonly secrets: SecretRepository;
  readonly savedActivities: SavedActivityRepository;
  readonly aliases: AliasRepository;
  readonly variables: VariableRepository;
  readonly tokens: TokenRepository;
  readonly authorizations: AuthorizationRepository;
  readonly idempotency: IdempotencyRepository;
  readonly keys: ApiKeyRepository;
  readonly agents: AgentRepository;
  readonly audit: AuditRepository;
  readonly subscriptions: SubscriptionRepository;
}

/** State that survives: repositories over one engine, transactions over them, and the signal of changes. */
export interface Store extends Repositories {
  /**
   * All or nothing. Inside, only the repositories handed over may be used: the embedded engine has one connection, and
   * the outer ones would wait for this transaction. `topics` are announced to all instances with the commit.
   */
  transaction<T>(work: (repositories: Repositories) => Promise<T>, topics?: readonly Topic[]): Promise<T>;
  readonly changes: Changes;
  /** Milliseconds since the epoch by the store's own clock. */
  now(): Promise<number>;
  /** Writes and commits one row. Errors: BUSY when the store cannot be written. */
  canary(): Promise<void>;
  /** True while the store's schema is the one this build knows. */
  isSchemaKnown(): Promise<boolean>;
  close(): Promise<void>;
}
