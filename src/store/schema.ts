/**
 * The tables as Kysely sees them, alike on both engines: ids are text, flags 0/1, JSON is text, times are integer
 * milliseconds. Only `codec.ts` turns these into what the rest of the service uses.
 */
export interface Schema {
  meta: { key: string; value: string };
  /** One counter for each topic, raised with every change that caches must see. */
  change: { topic: string; version: number };
  /** A random key for each owner of secrets, wrapped by the master key named in `key_id`. */
  data_key: { owner: string; key_id: string; wrapped: string };
  secret: { owner: string; field: string; version: number; sealed: string };
  connection: {
    id: string;
    name: string;
    connector: string;
    description: string | null;
    active: number;
    credential_active: number;
    tags: string;
    properties: string;
    url_builder: string | null;
    expected_secrets: string;
    version: number;
    created_at: number;
    updated_at: number;
  };
  /** What is learnt about a connection while it is used; no part of its definition. */
  connection_state: { connection_id: string; last_test: string | null; throttled_until: number | null };
  saved_activity: {
    id: string;
    name: string;
    connection: string;
    connection_id: string | null;
    kind: string;
    description: string | null;
    body: string;
    version: number;
    created_at: number;
    updated_at: number;
  };
  alias: {
    id: string;
    name: string;
    description: string | null;
    parent_id: string | null;
    multiple: number;
    connections: string;
    retry_policy: string | null;
    version: number;
    created_at: number;
    updated_at: number;
  };
  variable: {
    id: string;
    name: string;
    kind: string;
    secret: number;
    value: string | null;
    version: number;
    created_at: number;
    updated_at: number;
  };
  token: {
    connection_id: string;
    fingerprint: string;
    state: string;
    sealed: string | null;
    version: number;
    lock_owner: string | null;
    lock_until: number;
  };
  authorization: {
    state_hash: string;
    connection_id: string;
    fingerprint: string;
    verifier: string;
    redirect_uri: string;
    key_id: string;
    expires_at: number;
  };
  idempotency: {
    principal: string;
    path: string;
    key: string;
    fingerprint: string;
    claim: string;
    status: number | null;
    headers: string | null;
    body: string | null;
    running_until: number;
    expires_at: number;
  };
  api_key: {
    id: string;
    name: string | null;
    hash: string;
    scopes: string;
    connections: string | null;
    created_at: number;
    expires_at: number | null;
    last_used_at: number | null;
  };
  agent: {
    name: string;
    group_name: string;
    version: string;
    connectors: string;
    started_at: number;
    seen_at: number;
  };
  audit: {
    id: string;
    at: number;
    actor: string;
    action: string;
    target: string;
    outcome: string;
    request_id: string;
  };
  subscription: {
    id: string;
    connection_id: string;
    resource: string;
    state: string;
    body: string;
    last_seq: number;
    /** How often somebody asked for it to be looked at anew; `body` holds up to which that was done. */
    asked: number;
    due_at: number;
    lease_owner: string | null;
    lease_until: number;
  };
  subscription_owner: {
    subscription_id: string;
    key_id: string;
    change_types: string;
    added_at: number;
    delivery: string | null;
    delivered_seq: number;
    delivers: number;
    due_at: number;
    lease_owner: string | null;
    lease_until: number;
  };
  subscription_event: {
    subscription_id: string;
    seq: number;
    at: number;
    kept_at: number;
    change_type: string;
    item_key: string;
    old_key: string | null;
    key_hash: string;
    version: string | null;
    table_name: string;
    source: string;
    duplicate: number;
  };
}
