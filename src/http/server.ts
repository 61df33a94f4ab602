import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from "fastify";
import type { z } from "zod";
import type { Principal, Scope } from "../runtime/use-cases.ts";
import type { OverListener } from "./plugins/answer-over.ts";

type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** Requests are typed by what validation hands on, answers by what the schema prints, read-only values included. */
interface ZodTypes extends FastifyTypeProvider {
  validator: this["schema"] extends z.core.$ZodType ? z.core.output<this["schema"]> : unknown;
  serializer: this["schema"] extends z.core.$ZodType ? DeepReadonly<z.core.output<this["schema"]>> : unknown;
}

/** The Fastify instance with zod as its schema language. */
export type Server = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypes>;

/** Who may call a route: anybody, or keys with one of the scopes (`admin` always may). */
export type Access = "public" | readonly Exclude<Scope, "admin">[] | "admin-only";

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
    /** Counted and refused by the admission limit unless exempt. */
    admission?: "exempt";
    /** A problem of this route tells `effect`. */
    writes?: boolean;
    /** Takes Idempotency-Key. */
    idempotent?: boolean;
    /** `read`: answers ETag and If-None-Match; `change`: honours If-Match. */
    etag?: "read" | "change";
    /** Calls the mail server or the identity provider: 502, 503 and 504 are possible. */
    upstream?: boolean;
    /** The body may be an NDJSON upload. */
    upload?: boolean;
    /** The body is a content that is read as it arrives; its media types beside JSON, as documented. */
    contents?: Readonly<Record<string, unknown>>;
    /** Answers a content, in parts on request. */
    download?: true;
    /** Documented answers that are written without a serializer (rows). */
    answers?: Readonly<Record<string, unknown>>;
  }
  interface FastifyRequest {
    principal: Principal | null;
    /** What runs when the answer is over. */
    whenOver: OverListener[] | null;
    /** Ends the work of this request with a reason; there once a route has asked for its signal. */
    cut: ((reason: unknown) => void) | null;
  }
  interface FastifyInstance {
    /** Begins to refuse new work (503) and to close connections after their answer; `close()` calls it too. */
    beginDrain(): void;
    /** No request is being worked on (health routes do not count). */
    idle(): Promise<void>;
    /** Ends the work of all requests; their answers say that the service shuts down. */
    cutOff(): void;
  }
}
