import { createHmac } from "node:crypto";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import otherMd4 from "js-md4";
import { Secret } from "#spi";
import { rc4 } from "../../../src/net/auth/ntlm/rc4.ts";
import { readTargetInfo } from "../../../src/net/auth/ntlm/target-info.ts";
import { bodyOf, listen, transport } from "./support.ts";

const hex = (text: string) => Buffer.from(text, "hex");
const utf16 = (text: string) => Buffer.from(text, "utf16le");
const hmac = (key: Buffer, ...parts: Buffer[]) => createHmac("md5", key).update(Buffer.concat(parts)).digest();

const serverChallenge = hex("0123456789abcdef");

export function challengeMessage(time: Buffer | undefined = hex("0090d336b734c301")): Buffer {
  const pair = (id: number, value: Buffer) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id, 0);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  };
  const info = Buffer.concat([
    pair(2, utf16("DOM")),
    pair(1, utf16("SERVER")),
    ...(time === undefined ? [] : [pair(7, time)]),
    pair(0, Buffer.alloc(0)),
  ]);
  const head = Buffer.alloc(56);
  head.write("NTLMSSP\0", "latin1");
  head.writeUInt32LE(2, 8);
  head.writeUInt32LE(0xe2898205, 20);
  serverChallenge.copy(head, 24);
  head.writeUInt16LE(info.length, 40);
  head.writeUInt16LE(info.length, 42);
  head.writeUInt32LE(56, 44);
  return Buffer.concat([head, info]);
}

export interface Judged {
  readonly user: string;
  readonly domain: string;
  readonly spn: string;
  readonly binding: string;
  readonly hasMic: boolean;
}

/** Judges an AUTHENTICATE message with arithmetic of its own; undefined = wrong. */
export function judge(negotiate: Buffer, challenge: Buffer, message: Buffer, password: string): Judged | undefined {
  const part = (at: number) => {
    const offset = message.readUInt32LE(at + 4);
    return message.subarray(offset, offset + message.readUInt16LE(at));
  };
  const domain = part(28).toString("utf16le");
  const user = part(36).toString("utf16le");
  const nt = part(20);
  const key = hmac(
    Buffer.from(otherMd4.create().update(utf16(password)).arrayBuffer()),
    utf16(user.toUpperCase() + domain),
  );
  const proof = hmac(key, serverChallenge, nt.subarray(16));
  if (!proof.equals(nt.subarray(0, 16))) return undefined;
  const pairs = new Map((readTargetInfo(nt.subarray(16 + 28)) ?? []).map(({ id, value }) => [id, value]));
  const hasMic = ((pairs.get(6)?.readUInt32LE(0) ?? 0) & 2) !== 0;
  const exported = rc4(hmac(key, proof), part(52));
  const zeroed = Buffer.from(message);
  zeroed.fill(0, 72, 88);
  if (hasMic && !hmac(exported, negotiate, challenge, zeroed).equals(message.subarray(72, 88))) return undefined;
  const spn = pairs.get(9)?.toString("utf16le") ?? "";
  return { user, domain, spn, binding: pairs.get(10)?.toString("hex") ?? "", hasMic };
}

interface Login {
  step: "new" | "asked" | "in";
  negotiate?: Buffer;
}

/** A server whose login belongs to the connection, as IIS and mod_auth_gssapi have it. */
export async function ntlmServer(
  options: { password?: string; tls?: { cert: string; key: string }; time?: boolean } = {},
) {
  const { password = "Pässwörd-€3", tls, time = true } = options;
  const logins = new WeakMap<Socket, Login>();
  const log: string[] = [];
  const judged: Judged[] = [];
  const behaviour = { forget: false, closeAfterChallenge: false, closeAfterAnswer: false };
  const challenge = time ? challengeMessage() : challengeMessage(undefined);
  const bareChallenge = time ? challenge : withoutTime();

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bodyOf(request);
    const login = logins.get(request.socket) ?? { step: "new" };
    logins.set(request.socket, login);
    const message = Buffer.from(request.headers.authorization?.replace("NTLM ", "") ?? "", "base64");
    const refuse = (value = "NTLM") => {
      response.writeHead(401, { "www-authenticate": [value, "Negotiate"] }).end("<html>denied</html>");
    };
    if (behaviour.forget) {
      behaviour.forget = false;
      login.step = "new";
    }
    if (login.step === "in" && message.length === 0) {
      log.push(`in ${body}`.trim());
      if (behaviour.closeAfterAnswer) response.setHeader("connection", "close");
      return response.end("in");
    }
    if (message.length > 0 && message.readUInt32LE(8) === 1 && login.step !== "in") {
      log.push(`asked ${body.length}`);
      Object.assign(login, { step: "asked", negotiate: message });
      if (behaviour.closeAfterChallenge) response.setHeader("connection", "close");
      return refuse(`NTLM ${bareChallenge.toString("base64")}`);
    }
    const verdict =
      login.step === "asked" && message.length > 0
        ? judge(login.negotiate ?? Buffer.alloc(0), bareChallenge, message, password)
        : undefined;
    if (verdict === undefined) {
      log.push(login.step === "new" ? "unknown" : "wrong");
      return refuse();
    }
    judged.push(verdict);
    login.step = "in";
    log.push(`login ${body}`.trim());
    return response.end("in");
  };
  const server = tls === undefined ? http.createServer(handle) : https.createServer(tls, handle);
  const listening = await listen(server, tls === undefined ? "http" : "https");
  const open = (user: string, secret = password, more: { spn?: string } = {}) =>
    transport({
      authentication: { scheme: "ntlm", user, password: new Secret(secret), ...more },
      credentialOrigins: [listening.origin],
      tls: tls === undefined ? {} : { serverCert: tls.cert },
    });
  return { ...listening, log, judged, behaviour, open };
}

function withoutTime(): Buffer {
  const whole = challengeMessage();
  const time = hex("07000800");
  const at = whole.indexOf(time);
  const cut = Buffer.concat([whole.subarray(0, at), whole.subarray(at + 12)]);
  for (const place of [40, 42]) cut.writeUInt16LE(cut.readUInt16LE(place) - 12, place);
  return cut;
}
