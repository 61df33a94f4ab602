import type { FastifyRequest } from "fastify";
import { DigestCheck } from "../contents/digest.ts";
import { parseJson } from "../formats/json-text.ts";
import { ndjsonType } from "../formats/ndjson.ts";
import { Refusal } from "../refusal.ts";
import type { Server } from "../server.ts";

const mergePatchType = "application/merge-patch+json";

const unsupportedType = (detail: string): Refusal => new Refusal(415, "INVALID_REQUEST", detail);

const notTaken = "The Content-Type of the body is not one this route takes.";

function requireUtf8(request: FastifyRequest): void {
  const charset = /;\s*charset="?([^";\s]+)/i.exec(request.headers["content-type"] ?? "")?.[1];
  if (charset !== undefined && charset.toLowerCase() !== "utf-8") throw unsupportedType("JSON is read as UTF-8 only.");
}

/** Of a content the digests count for its JSON form too. */
function checkDigests(request: FastifyRequest, body: Buffer): void {
  if (request.routeOptions.config.contents === undefined) return;
  const digests = new DigestCheck(request.headers);
  digests.update(body);
  digests.end();
}

/** Is this a type the route reads as it arrives? A body without a type is what the route takes. */
function isContent(request: FastifyRequest): boolean {
  const { contents } = request.routeOptions.config;
  if (contents === undefined) return false;
  const type = (request.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return type === "" || "*/*" in contents || type in contents;
}

/** Reads JSON bodies, and hands NDJSON uploads and contents on as streams; every other type is 415. */
export function addBodies(app: Server, depthLimit: number): void {
  app.removeAllContentTypeParsers();
  const parse = (request: FastifyRequest, body: Buffer): unknown => {
    requireUtf8(request);
    const { config, schema } = request.routeOptions;
    if (config.contents !== undefined && schema?.body === undefined) throw unsupportedType(notTaken);
    checkDigests(request, body);
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
    if (isContent(request)) return payload;
    if (request.routeOptions.config.upload !== true) throw unsupportedType("This route takes no NDJSON upload.");
    return payload;
  });
  app.addContentTypeParser("*", async (request: FastifyRequest, payload: unknown) => {
    if (isContent(request)) return payload;
    throw unsupportedType(notTaken);
  });
}
