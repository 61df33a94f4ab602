import { type Kysely, sql } from "kysely";
import type { Schema } from "../schema.ts";
import type { Migration } from "./migration.ts";

/** Aliases, and what a connection needs beside them: its credential's flag, the parts of its URL, secrets to be filled in. */
const statements = [
  sql`create table alias (
    id text primary key, name text not null unique, description text,
    parent_id text references alias (id), multiple integer not null, connections text not null,
    retry_policy text, version bigint not null, created_at bigint not null, updated_at bigint not null)`,
  sql`create index alias_parent on alias (parent_id)`,
  sql`alter table connection add column credential_active integer not null default 1`,
  sql`alter table connection add column url_builder text`,
  sql`alter table connection add column expected_secrets text not null default '[]'`,
];

export const aliases: Migration = {
  version: 2,
  async up(transaction: Kysely<Schema>): Promise<void> {
    for (const statement of statements) await statement.execute(transaction);
  },
};
