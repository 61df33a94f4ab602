import type { FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import { asConnectorError, type ConnectorError } from "#spi";
import type { Principal } from "../../runtime/use-cases.ts";
import type { HttpParts } from "../parts.ts";
import { Refusal } from "../refusal.ts";
import type { Access, Server } from "../server.ts";
import { RateLimit } from "./limits.ts";

const longestKey = 512;
const challenge = { "www-authenticate": 'Bearer realm="api"' };

function bearerOf(header: string | undefined): string | undefined {
  const match = /^Bearer +([\x21-\x7e]+) *$/i.exec(header ?? "");
  return match?.[1] !== undefined && match[1].length <= longestKey ? match[1] : undefined;
}

const unauthenticated = (detail: string): Refusal => new Refusal(401, "UNAUTHENTICATED", detail, challenge);

function isAllowed(principal: Principal, access: Exclude<Access, "public">): boolean {
  if (principal.scopes.includes("admin")) return true;
  return access !== "admin-only" && access.some((scope) => principal.scopes.includes(scope));
}

function scopeNames(access: Exclude<Access, "public">): string {
  return access === "admin-only" ? "admin" : [...access, "admin"].join(", ");
}

/** The scopes a route asks for. Errors: a route that declares none is a defect and stops the start. */
export function accessOf(url: string, access: Access | undefined): Access {
  if (access === undefined) throw new Error(`Route ${url} declares no access`);
  return access;
}

class Gate {
  readonly #parts: HttpParts;
  readonly #byKey: RateLimit;
  readonly #badKeys: RateLimit;

  constructor(parts: HttpParts) {
    const { limits } = parts.settings;
    const now = (): number => parts.clock.now();
    this.#parts = parts;
    this.#byKey = new RateLimit(limits.keyRequestsPerMinute, now);
    this.#badKeys = new RateLimit(limits.badKeysPerMinute, now);
  }

  async enter(request: FastifyRequest): Promise<void> {
    const access = accessOf(request.url, request.routeOptions.config.access);
    if (access === "public") return;
    const principal = await this.#authenticate(request);
    request.principal = principal;
    this.#limit(this.#byKey.take(principal.keyId), "This API key sent too many requests.");
    if (!isAllowed(principal, access))
      throw new Refusal(403, "FORBIDDEN", `This needs an API key with one of the scopes ${scopeNames(access)}.`);
  }

  async #authenticate(request: FastifyRequest): Promise<Principal> {
    const { authorization } = request.headers;
    if (authorization === undefined) throw unauthenticated("Send `Authorization: Bearer <key>`.");
    const key = bearerOf(authorization);
    if (key === undefined) throw this.#badKey(request, unauthenticated("The Authorization header holds no API key."));
    try {
      return await this.#parts.cases.keys.authenticate(key);
    } catch (error) {
      const known = asConnectorError(error);
      throw known.code === "UNAUTHENTICATED" ? this.#badKey(request, unauthenticated(known.message)) : error;
    }
  }

  /** Good keys of the same address are not held back: only the answer to bad ones changes. */
  #badKey(request: FastifyRequest, refusal: ConnectorError): ConnectorError {
    const waitMs = this.#badKeys.take(request.ip);
    if (waitMs === 0) return refusal;
    return new Refusal(429, "RATE_LIMITED", "Too many bad API keys came from this address.", {}, { waitMs });
  }

  #limit(waitMs: number, detail: string): void {
    if (waitMs > 0) throw new Refusal(429, "RATE_LIMITED", detail, {}, { waitMs });
  }
}

/** Bearer key → principal, and the route's own scopes; every route must declare them or the start fails. */
export function addApiAuth(app: Server, parts: HttpParts): void {
  const gate = new Gate(parts);
  const routes: RouteOptions[] = [];
  app.decorateRequest("principal", null);
  app.addHook("onRoute", (route) => void routes.push(route));
  app.addHook("onReady", (done) => {
    for (const { method, url, config } of routes) accessOf(`${method} ${url}`, config?.access);
    done();
  });
  app.addHook("onRequest", async (request: FastifyRequest, _reply: FastifyReply) => {
    if (!request.is404) await gate.enter(request);
  });
}
