import {
  type ChangeFeed,
  type Clock,
  type ConnectorError,
  changeTypes,
  conflict,
  type FeedKind,
  type Log,
  mistaken,
  notFound,
  type Random,
  Secret,
  unsupported,
  type Watched,
} from "#spi";
import type { EgressRules } from "../../net/egress.ts";
import { findTable } from "../../query/names.ts";
import { isUniqueViolation } from "../../store/engines/errors.ts";
import type { Store } from "../../store/store.ts";
import type { SubscriptionOwner, SubscriptionRecord } from "../../store/subscription-records.ts";
import type { AuditTrail } from "../audit.ts";
import type { ConnectionAccess } from "../connections.ts";
import { startDeadline } from "../deadline.ts";
import type { ListPaging } from "../page.ts";
import { leaseWithin, type ResolveConnection, type ResolvedConnection } from "../resolved-connection.ts";
import type { Vault } from "../secrets.ts";
import type { Call } from "../use-cases.ts";
import type { SubscriptionCases, SubscriptionInput, SubscriptionView } from "./cases.ts";
import { checkAddress, sealSecret } from "./delivery-address.ts";
import { cursorAt, eventsFor, readCursor, requireKept } from "./read-events.ts";
import type { Turns } from "./turns.ts";
import { eventView, viewOf } from "./views.ts";

export interface SubscriptionParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly audit: AuditTrail;
  readonly access: Pick<ConnectionAccess, "locate">;
  readonly resolve: ResolveConnection;
  readonly paging: ListPaging;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly turns: Turns;
  readonly instance: string;
  readonly limitSeconds: number;
  readonly egress: EgressRules;
  noticeUrl(id: string): string | undefined;
}

/** So long a new subscription belongs to the request that makes it. */
const makingMs = 15_000;

/** Subscriptions: made, shared, read and ended. What they do meanwhile is in turns.ts. */
export function createSubscriptions(parts: SubscriptionParts): SubscriptionCases {
  const { store, audit, access, paging, turns, log } = parts;
  const { subscriptions } = store;

  const find = async (call: Call, connection: string, id: string): Promise<SubscriptionRecord> => {
    const located = await access.locate(call, connection);
    const found = await subscriptions.byId(id);
    if (found?.connectionId === located.id) return found;
    throw notFound(`The connection ${located.name} has no subscription ${id}.`);
  };
  const show = async (record: SubscriptionRecord): Promise<SubscriptionView> => {
    const [owners, last] = await Promise.all([subscriptions.owners(record.id), subscriptions.lastSeq(record.id)]);
    const [lastEvent] = await subscriptions.events(record.id, last - 1, 1);
    return viewOf(record, owners, lastEvent);
  };

  return {
    async create(call, name, input) {
      const connection = await parts.resolve(call, name);
      if (input.delivery !== undefined) checkAddress(input.delivery.url, parts.egress);
      const deadline = startDeadline(call.signal, parts.clock, parts.limitSeconds);
      try {
        const lease = await leaseWithin(deadline, connection);
        try {
          const feed = lease.session.changes;
          if (feed === undefined) throw unsupported(`${connection.definition.displayName} tells of no changes.`);
          const watched = feed.watch(requested(connection, input));
          const made = await join(parts, call, connection, watched, feed, input, deadline.signal);
          return { view: await show(made.record), isNew: made.isNew };
        } finally {
          lease.release();
        }
      } finally {
        deadline.end();
      }
    },

    async list(call, name, request) {
      const { id } = await access.locate(call, name);
      const fetch = async (after: unknown, limit: number) => {
        const found = await subscriptions.list(id, typeof after === "string" ? { after, limit } : { limit });
        return Promise.all(found.map(show));
      };
      return paging.page(
        `subscriptions ${id}`,
        request,
        fetch,
        (view) => view.id,
        (view) => view,
      );
    },

    get: async (call, name, id) => show(await find(call, name, id)),

    async remove(call, name, id, { force }) {
      const record = await find(call, name, id);
      const owners = await subscriptions.owners(id);
      const others = owners.filter(({ keyId }) => keyId !== call.principal.keyId);
      if (!force && others.length === owners.length && owners.length > 0) throw notOwner(owners);
      const isLast = force || others.length === 0;
      if (isLast)
        await turns.close(record, call.signal).catch((error: unknown) =>
          // It ends by itself at the server when nobody renews it.
          log.warn({ subscription: id, err: error }, "a subscription could not be ended at the server"),
        );
      await store.transaction(async (repositories) => {
        if (isLast) {
          await repositories.subscriptions.remove(id);
          await repositories.secrets.removeOwner(`subscription/${id}`);
        } else await repositories.subscriptions.removeOwner(id, call.principal.keyId);
        await audit.append(repositories, call, "subscription.remove", `subscription/${id}`);
      });
    },

    async events(call, name, id, { cursor, limit }) {
      const record = await find(call, name, id);
      const after = cursor === undefined ? 0 : readCursor(cursor, id);
      if (cursor !== undefined) await requireKept(store, record, after);
      const owners = await subscriptions.owners(id);
      const own = owners.find(({ keyId }) => keyId === call.principal.keyId);
      const { items, upTo } = await eventsFor(store, id, after, limit, own);
      return { items: items.map(eventView), nextCursor: cursorAt(id, upTo) };
    },
  };
}

function requested({ definition, config, schema }: ResolvedConnection, { table, folder, mailbox }: SubscriptionInput) {
  const rest = { ...(folder === undefined ? {} : { folder }), ...(mailbox === undefined ? {} : { mailbox }) };
  if (table === undefined) return rest;
  const lookup = findTable(definition.tables(config), { name: table, at: { pointer: "/table" } }, schema);
  if ("mistake" in lookup) throw mistaken([lookup.mistake]);
  return { ...rest, table: lookup.found };
}

/** The record of a resource with one more owner; made when there is none, or when it has ended. */
async function join(
  parts: SubscriptionParts,
  call: Call,
  connection: ResolvedConnection,
  watched: Watched,
  feed: ChangeFeed,
  input: SubscriptionInput,
  signal: AbortSignal,
): Promise<{ readonly record: SubscriptionRecord; readonly isNew: boolean }> {
  const { store } = parts;
  const existing = await store.subscriptions.byResource(connection.connectionId, watched.resource);
  if (existing !== undefined && existing.state !== "ended") {
    if (input.kind !== undefined && input.kind !== "auto" && input.kind !== existing.kind)
      throw conflict(`This resource is watched already by a subscription of kind ${existing.kind}: ${existing.id}.`);
    const after = await store.subscriptions.lastSeq(existing.id);
    await own(parts, call, existing.id, input, after);
    return { record: existing, isNew: false };
  }
  if (existing !== undefined) await store.subscriptions.remove(existing.id);
  const record = newRecord(parts, connection, watched, feed, input);
  try {
    await store.subscriptions.insert(record);
  } catch (error) {
    // Somebody else made it at the same moment.
    if (isUniqueViolation(error)) return join(parts, call, connection, watched, feed, input, signal);
    throw error;
  }
  try {
    await own(parts, call, record.id, input, 0);
    return { record: await begun(parts, record, signal), isNew: true };
  } catch (error) {
    await store.subscriptions.remove(record.id);
    throw error;
  }
}

/** The first turn, in the request: whoever gets the answer misses nothing from then on. */
async function begun(
  { store, turns, instance }: SubscriptionParts,
  record: SubscriptionRecord,
  signal: AbortSignal,
): Promise<SubscriptionRecord> {
  const { subscriptions } = store;
  // Another instance may have seen it in the meantime and do the same.
  if (!(await subscriptions.claim(record.id, instance, makingMs))) return record;
  const done = await turns.once(record, signal);
  await subscriptions.save(done, instance, 0);
  return done;
}

function newRecord(
  { random, clock, noticeUrl }: SubscriptionParts,
  connection: ResolvedConnection,
  watched: Watched,
  feed: ChangeFeed,
  input: SubscriptionInput,
): SubscriptionRecord {
  const id = random.uuid();
  const { kind, warnings } = kindOf(input.kind ?? "auto", feed, connection, noticeUrl(id) !== undefined);
  const { connectionId } = connection;
  const createdAt = clock.now();
  return {
    id,
    connectionId,
    watched,
    state: "renewing",
    kind,
    warnings,
    failures: 0,
    createdAt,
    asked: 0,
    answered: 0,
  };
}

function kindOf(
  wanted: "auto" | FeedKind,
  { kinds }: ChangeFeed,
  { definition }: ResolvedConnection,
  hasAddress: boolean,
): { readonly kind: FeedKind; readonly warnings: readonly string[] } {
  const kind = wanted === "auto" ? kinds[0] : wanted;
  if (kind === undefined || !kinds.includes(kind))
    throw unsupported(`${definition.displayName} has no subscriptions of kind ${kind} here: ${kinds.join(", ")}.`, {
      target: "kind",
    });
  if (kind !== "webhook" || hasAddress) return { kind, warnings: [] };
  const warning =
    "The server posts notices to https addresses only, and PUBLIC_URL is none: changes are asked for instead (kind pull). Set PUBLIC_URL to this service's public https address and make the subscription anew.";
  return { kind: "pull", warnings: [warning] };
}

async function own(
  parts: SubscriptionParts,
  call: Call,
  id: string,
  { changeTypes: wanted = changeTypes, delivery }: SubscriptionInput,
  after: number,
): Promise<void> {
  const { store, audit, clock } = parts;
  const { keyId } = call.principal;
  await store.transaction(async (repositories) => {
    const secret =
      delivery && (await sealSecret(repositories, parts.vault, { id, keyId }, new Secret(delivery.secret)));
    const owner: SubscriptionOwner = {
      subscriptionId: id,
      keyId,
      changeTypes: wanted,
      addedAt: clock.now(),
      ...(delivery === undefined || secret === undefined
        ? {}
        : { delivery: { url: delivery.url, secret, state: "active", deliveredSeq: after, failures: 0 } }),
    };
    await repositories.subscriptions.putOwner(owner);
    await audit.append(repositories, call, "subscription.create", `subscription/${id}`);
  });
}

const notOwner = (owners: readonly SubscriptionOwner[]): ConnectorError =>
  conflict(
    `This API key is none of its owners (${owners.map(({ keyId }) => keyId).join(", ")}); force=true ends it for all of them.`,
  );
