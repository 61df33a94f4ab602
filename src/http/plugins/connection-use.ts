import type { FastifyRequest } from "fastify";
import { aliasPrefix } from "../../runtime/alias-input.ts";
import type { ConnectionOverrides, ConnectionUse } from "../../runtime/use-cases.ts";
import type { Server } from "../server.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The connection asked for and the one used; filled in by the use cases. */
    connectionUse: ConnectionUse | null;
  }
}

/** The connection asked for and the one used, on every answer of a route that used one. */
export function addConnectionUse(app: Server): void {
  app.decorateRequest("connectionUse", null);
  app.addHook("onSend", (request, reply, payload, done) => {
    const { requested, used } = request.connectionUse ?? {};
    if (requested !== undefined && used !== undefined) {
      reply.header("connection-requested", encodeURIComponent(requested));
      reply.header("connection-used", encodeURIComponent(used));
    }
    done(null, payload);
  });
}

/** Members for answers that came by an alias; none otherwise. */
export function useMembers({ connectionUse }: FastifyRequest): {
  readonly connectionRequested?: string;
  readonly connectionUsed?: string;
} {
  const { requested, used } = connectionUse ?? {};
  if (requested?.startsWith(aliasPrefix) !== true || used === undefined) return {};
  return { connectionRequested: requested, connectionUsed: used };
}

interface OverrideQuery {
  readonly actionConnection?: string | undefined;
  readonly subflowConnection?: string | undefined;
  readonly flowConnection?: string | undefined;
}

/** The overrides of a query string, if there are any. */
export function overridesOf(query: OverrideQuery): { readonly overrides?: ConnectionOverrides } {
  const { actionConnection: action, subflowConnection: subflow, flowConnection: flow } = query;
  const overrides = {
    ...(action === undefined ? {} : { action }),
    ...(subflow === undefined ? {} : { subflow }),
    ...(flow === undefined ? {} : { flow }),
  };
  return Object.keys(overrides).length === 0 ? {} : { overrides };
}
