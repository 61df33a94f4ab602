import type { Kysely } from "kysely";
import type { Engine } from "../engines/engine.ts";
import type { Schema } from "../schema.ts";
import type { Repositories } from "../store.ts";
import { agentRepository } from "./agents.ts";
import { aliasRepository } from "./aliases.ts";
import { auditRepository } from "./audit.ts";
import { authorizationRepository } from "./authorizations.ts";
import { connectionStateRepository } from "./connection-states.ts";
import { connectionRepository } from "./connections.ts";
import { idempotencyRepository } from "./idempotency.ts";
import { apiKeyRepository } from "./keys.ts";
import { metaRepository } from "./meta.ts";
import { savedActivityRepository } from "./saved-activities.ts";
import { secretRepository } from "./secrets.ts";
import { subscriptionRepository } from "./subscriptions.ts";
import { tokenRepository } from "./tokens.ts";
import { variableRepository } from "./variables.ts";

/** All repositories over one database or one transaction. */
export const repositoriesOver = (database: Kysely<Schema>, engine: Engine): Repositories => ({
  meta: metaRepository(database),
  connections: connectionRepository(database),
  connectionStates: connectionStateRepository(database),
  secrets: secretRepository(database),
  savedActivities: savedActivityRepository(database),
  aliases: aliasRepository(database),
  variables: variableRepository(database),
  tokens: tokenRepository(database, engine),
  authorizations: authorizationRepository(database, engine),
  idempotency: idempotencyRepository(database, engine),
  keys: apiKeyRepository(database),
  agents: agentRepository(database, engine),
  audit: auditRepository(database),
  subscriptions: subscriptionRepository(database, engine),
});
