import { type Kysely, sql } from "kysely";
import type { Schema } from "../schema.ts";
import type { Migration } from "./migration.ts";

/** The tables of version 1. Only text, integer and bigint: both engines know them, and SQLite keeps both as 64 bit. */
const statements = [
  sql`create table change (topic text primary key, version bigint not null)`,
  sql`create table data_key (owner text primary key, key_id text not null, wrapped text not null)`,
  sql`create table secret (
    owner text not null, field text not null, version bigint not null, sealed text not null,
    primary key (owner, field))`,
  sql`create table connection (
    id text primary key, name text not null unique, connector text not null, description text,
    active integer not null, tags text not null, properties text not null, version bigint not null,
    created_at bigint not null, updated_at bigint not null)`,
  sql`create table connection_state (
    connection_id text primary key references connection (id) on delete cascade,
    last_test text, throttled_until bigint)`,
  sql`create table saved_activity (
    id text primary key, name text not null unique, connection text not null,
    connection_id text references connection (id) on delete set null,
    kind text not null, description text, body text not null, version bigint not null,
    created_at bigint not null, updated_at bigint not null)`,
  sql`create index saved_activity_connection on saved_activity (connection_id)`,
  sql`create table variable (
    id text primary key, name text not null unique, kind text not null, secret integer not null, value text,
    version bigint not null, created_at bigint not null, updated_at bigint not null)`,
  sql`create table token (
    connection_id text primary key references connection (id) on delete cascade,
    fingerprint text not null, state text not null, sealed text, version bigint not null,
    lock_owner text, lock_until bigint not null)`,
  sql`create table "authorization" (
    state_hash text primary key, connection_id text not null references connection (id) on delete cascade,
    fingerprint text not null, verifier text not null, redirect_uri text not null, key_id text not null,
    expires_at bigint not null)`,
  sql`create table idempotency (
    principal text not null, path text not null, key text not null, fingerprint text not null, claim text not null,
    status integer, headers text, body text, running_until bigint not null, expires_at bigint not null,
    primary key (principal, path, key))`,
  sql`create index idempotency_expiry on idempotency (expires_at)`,
  sql`create table api_key (
    id text primary key, name text, hash text not null, scopes text not null, connections text,
    created_at bigint not null, expires_at bigint, last_used_at bigint)`,
  sql`create table agent (
    name text primary key, group_name text not null, version text not null, connectors text not null,
    started_at bigint not null, seen_at bigint not null)`,
  sql`create table audit (
    id text primary key, at bigint not null, actor text not null, action text not null, target text not null,
    outcome text not null, request_id text not null)`,
  sql`create index audit_order on audit (at, id)`,
];

export const initial: Migration = {
  version: 1,
  async up(transaction: Kysely<Schema>): Promise<void> {
    for (const statement of statements) await statement.execute(transaction);
  },
};
