import { type Kysely, sql } from "kysely";
import type { Schema } from "../schema.ts";
import type { Migration } from "./migration.ts";

/** Subscriptions to changes, who asked for them, and the events kept. */
const statements = [
  sql`create table subscription (
    id text primary key, connection_id text not null references connection (id) on delete cascade,
    resource text not null, state text not null, body text not null, last_seq bigint not null,
    asked bigint not null, due_at bigint not null, lease_owner text, lease_until bigint not null,
    unique (connection_id, resource))`,
  sql`create index subscription_due on subscription (due_at)`,
  sql`create table subscription_owner (
    subscription_id text not null references subscription (id) on delete cascade, key_id text not null,
    change_types text not null, added_at bigint not null, delivery text, delivered_seq bigint not null,
    delivers integer not null, due_at bigint not null, lease_owner text, lease_until bigint not null,
    primary key (subscription_id, key_id))`,
  sql`create table subscription_event (
    subscription_id text not null references subscription (id) on delete cascade, seq bigint not null,
    at bigint not null, kept_at bigint not null, change_type text not null, item_key text not null, old_key text,
    key_hash text not null, version text, table_name text not null, source text not null, duplicate integer not null,
    primary key (subscription_id, seq))`,
  sql`create index subscription_event_key on subscription_event (subscription_id, key_hash)`,
  sql`create index subscription_event_age on subscription_event (kept_at)`,
];

export const subscriptions: Migration = {
  version: 3,
  async up(transaction: Kysely<Schema>): Promise<void> {
    for (const statement of statements) await statement.execute(transaction);
  },
};
