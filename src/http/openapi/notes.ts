import type { RouteOptions } from "fastify";
import { ndjsonType } from "../formats/ndjson.ts";
import type { Access } from "../server.ts";

/** Extension members by which a route's declarations reach the finished document; removed there. */
export interface OperationNotes {
  readonly "x-statuses": readonly number[];
  readonly "x-upload"?: string;
  readonly "x-contents"?: Readonly<Record<string, unknown>>;
  readonly "x-optional-body"?: boolean;
}

const header = (description: string) => ({ type: "string", description });
const etagHeaders = {
  read: { "if-none-match": header("ETag the caller has: 304 when it is still current.") },
  change: { "if-match": header("ETag that must still be current: 412 when it is not.") },
};
const idempotencyKey = {
  "idempotency-key": header(
    "Same key and body: the stored answer again (`Idempotency-Replayed: true`). Another body, or still running: 409. Kept 24 hours.",
  ),
};

const rangeHeaders = {
  range: header("One part of the content: `bytes=0-1023`, `bytes=1024-` or `bytes=-500`."),
  "if-range": header("ETag the part must still belong to; else the whole content comes."),
  "if-none-match": etagHeaders.read["if-none-match"],
};
const digestHeaders = {
  "content-digest": header(
    "Digest of the body, checked before it is stored: `sha-256=:base64:` or sha-512 (RFC 9530).",
  ),
  "repr-digest": header("As Content-Digest."),
  "content-md5": header("MD5 of the body in base64, checked too."),
  "content-disposition": header("Names the file of a raw body: `attachment; filename*=UTF-8''name`."),
};

function scopesOf(access: Access | undefined): readonly string[] {
  if (access === undefined || access === "public") return [];
  return access === "admin-only" ? ["admin"] : [...access, "admin"];
}

function statusesOf({ config, url, schema }: RouteOptions): readonly number[] {
  const hasBody = schema?.body !== undefined || config?.contents !== undefined;
  const isKeyed = config?.access !== "public";
  return [
    400,
    ...(isKeyed ? [401, 403] : []),
    ...(url.includes(":") ? [404] : []),
    ...(config?.answers !== undefined && config.download === undefined && isKeyed ? [406] : []),
    ...(hasBody ? [409, 413, 415, 422] : []),
    ...(config?.etag === "change" ? [412] : []),
    ...(config?.download === true ? [409, 416, 422] : []),
    ...(isKeyed ? [429] : []),
    500,
    ...(config?.upstream === true ? [502, 504] : []),
    503,
  ];
}

interface Described {
  readonly description?: string;
  readonly body?: { readonly anyOf?: readonly { readonly type?: string }[] };
}

/** What a route's declarations add to its operation: scopes, headers, statuses of problems, uploads. */
export function operationNotes(route: RouteOptions, schema: unknown): Record<string, unknown> {
  const { config } = route;
  const { description, body } = (schema ?? {}) as Described;
  const scopes = scopesOf(config?.access);
  const scopeText = scopes.length === 0 ? "Needs no key." : `Scopes: ${scopes.join(", ")}.`;
  const headers = {
    ...(config?.etag !== undefined && etagHeaders[config.etag]),
    ...(config?.idempotent === true && idempotencyKey),
    ...(config?.download === true && rangeHeaders),
    ...(config?.contents !== undefined && digestHeaders),
  };
  const notes: OperationNotes = {
    "x-statuses": statusesOf(route),
    ...(config?.upload === true && { "x-upload": ndjsonType }),
    ...(config?.contents !== undefined && { "x-contents": config.contents }),
    ...(body?.anyOf?.some(({ type }) => type === "null") && { "x-optional-body": true }),
  };
  return {
    description: description === undefined ? scopeText : `${description}\n\n${scopeText}`,
    ...(Object.keys(headers).length > 0 && { headers: { type: "object", properties: headers } }),
    ...(scopes.length === 0 && { security: [] }),
    ...(scopes.length > 0 && { "x-scopes": scopes }),
    ...notes,
  };
}
