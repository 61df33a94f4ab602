import { createHash } from "node:crypto";
import { Secret } from "#spi";
import { parseChallenges } from "../../../src/net/auth/challenge.ts";
import { bodyOf, serveHttp, transport } from "./support.ts";

const parametersOf = (header: string) => parseChallenges([header])[0]?.parameters ?? {};

export interface Rules {
  algorithm?: string;
  /** Uses of one nonce before it is stale. */
  uses?: number;
  user?: string;
  password?: string;
  tell?: (info: { rspauth: string }) => string | undefined;
}

/** A verifier written from RFC 7616 alone. */
export async function digestServer({
  algorithm = "MD5-sess",
  uses = 100,
  user = "jörg",
  password = "Pässwörd",
  tell,
}: Rules = {}) {
  let serial = 0;
  let left = uses;
  const counts = new Set<string>();
  const log: string[] = [];
  const hash = (text: string) =>
    createHash(algorithm.startsWith("SHA-256") ? "sha256" : "md5")
      .update(text, "latin1")
      .digest("hex");
  const bytes = (text: string) => Buffer.from(text).toString("latin1");
  const server = await serveHttp(async (request, response) => {
    const body = await bodyOf(request);
    const given = parametersOf(request.headers.authorization ?? "");
    const nonce = `nonce-${serial}`;
    const refuse = (stale: boolean, why: string) => {
      log.push(why);
      serial++;
      left = uses;
      const value = `Digest qop="auth",algorithm=${algorithm},nonce="nonce-${serial}",charset=utf-8,realm="r\\"1"${stale ? ",stale=true" : ""}`;
      response.writeHead(401, { "www-authenticate": [value, "Negotiate"] }).end("denied");
    };
    if (request.headers.authorization === undefined) return refuse(false, `asked ${body.length}`);
    if (given["nonce"] !== nonce || left-- <= 0) return refuse(true, "stale");
    const base = hash(`${bytes(user)}:r"1:${bytes(password)}`);
    const a1 = algorithm.endsWith("-sess") ? hash(`${base}:${nonce}:${given["cnonce"]}`) : base;
    const tail = `${nonce}:${given["nc"]}:${given["cnonce"]}:auth`;
    const expected = hash(`${a1}:${tail}:${hash(`${request.method}:${request.url}`)}`);
    if (given["response"] !== expected || given["username"] !== bytes(user)) return refuse(false, "wrong");
    const once = `${nonce} ${given["nc"]}`;
    if (counts.has(once)) return refuse(false, "repeated");
    counts.add(once);
    const rspauth = hash(`${a1}:${tail}:${hash(`:${request.url}`)}`);
    const info = tell?.({ rspauth });
    if (info !== undefined) response.setHeader("authentication-info", info);
    log.push(`in ${body}`.trim());
    return response.end("in");
  });
  const open = (secret = password) =>
    transport({
      authentication: { scheme: "digest", user, password: new Secret(secret) },
      credentialOrigins: [server.origin],
    }).http;
  return { ...server, log, open };
}
