import type { FastifyRequest } from "fastify";
import { parseJson } from "../formats/json-text.ts";
import { ndjsonType } from "../formats/ndjson.ts";
import { Refusal } from "../refusal.ts";
import type { Server } from "../server.ts";

const mergePatchType = "application/merge-patch+json";

const unsupportedType = (detail: string): Refusal => new Refusal(415, "INVALID_REQUEST", detail);

function requireUtf8(request: FastifyRequest): void {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(request.headers["content-type"] ?? "")?.[1];
  if (charset !== undefined && charset.toLowerCase() !== "utf-8") throw unsupportedType("JSON is read as UTF-8 only.");
}

/** Reads JSON bodies, and hands NDJSON uploads on as streams; every other type is 415. */
export function addBodies(app: Server, depthLimit: number): void {
  app.removeAllContentTypeParsers();
  const parse = (request: FastifyRequest, body: Buffer): unknown => {
    requireUtf8(request);
    return body.length === 0 ? undefined : parseJson(body, depthLimit);
  };
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, async (request: FastifyRequest, body: Buffer) =>
    parse(request, body),
  );
  app.addContentTypeParser(mergePatchType, { parseAs: "buffer" }, async (request: FastifyRequest, body: Buffer) => {
    if (request.method !== "PATCH") throw unsupportedType(`${mergePatchType} is for PATCH only.`);
    return parse(request, body);
  });
  app.addContentTypeParser(ndjsonType, async (request: FastifyRequest, payload: unknown) => {
    if (request.routeOptions.config.upload !== true) throw unsupportedType("This route takes no NDJSON upload.");
    return payload;
  });
}
