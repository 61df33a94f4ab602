import type { Secret } from "#spi";
import { accountOf } from "./account.ts";
import { rc4 } from "./rc4.ts";
import { hmacMd5, respond } from "./responses.ts";
import { type AvPair, readTargetInfo } from "./target-info.ts";

/** Flags of MS-NLMP 2.2.2.5 this service names. */
const flag = {
  unicode: 0x1,
  requestTarget: 0x4,
  ntlm: 0x200,
  alwaysSign: 0x8000,
  extendedSecurity: 0x80000,
  targetInfo: 0x800000,
  version: 0x2000000,
  key128: 0x20000000,
  keyExchange: 0x40000000,
  key56: 0x80000000,
} as const;

const signature = Buffer.from("NTLMSSP\0", "latin1");
/** Windows 10.0.19041, NTLM revision 15. gss-ntlmssp 1.2 refuses messages without the version field. */
const version = Buffer.from([10, 0, 0x61, 0x4a, 0, 0, 0, 15]);
const negotiateBytes = 40;
const authenticateHeadBytes = 88;
const micAt = 72;

/** The first message: what this client can do. No OEM text, no names. */
export function negotiateMessage(): Buffer {
  const { key56, ...others } = flag;
  const message = Buffer.alloc(negotiateBytes);
  signature.copy(message);
  message.writeUInt32LE(1, 8);
  message.writeUInt32LE(
    Object.values(others).reduce<number>((sum, bit) => sum + bit, key56),
    12,
  );
  message.writeUInt32LE(negotiateBytes, 20);
  message.writeUInt32LE(negotiateBytes, 28);
  version.copy(message, 32);
  return message;
}

export interface ChallengeMessage {
  readonly bytes: Buffer;
  readonly flags: number;
  readonly serverChallenge: Buffer;
  readonly targetInfo: readonly AvPair[];
}

/** Reads the server's message; undefined when it is none, is cut, or asks for what this client does not do. */
export function readChallenge(token: string): ChallengeMessage | undefined {
  const bytes = Buffer.from(token, "base64");
  if (bytes.length < 48 || !bytes.subarray(0, 8).equals(signature) || bytes.readUInt32LE(8) !== 2) return undefined;
  const flags = bytes.readUInt32LE(20);
  const length = bytes.readUInt16LE(40);
  const offset = bytes.readUInt32LE(44);
  if ((flags & flag.unicode) === 0 || offset + length > bytes.length) return undefined;
  const targetInfo = length === 0 ? [] : readTargetInfo(bytes.subarray(offset, offset + length));
  if (targetInfo === undefined) return undefined;
  return { bytes, flags, serverChallenge: bytes.subarray(24, 32), targetInfo };
}

export interface AuthenticateInput {
  readonly negotiate: Buffer;
  readonly challenge: ChallengeMessage;
  readonly user: string;
  readonly password: Secret;
  readonly spn: string;
  /** The channel-binding token of the TLS connection; absent without TLS. */
  readonly binding: Buffer | undefined;
  readonly nowMs: number;
  readonly clientChallenge: Buffer;
  /** 16 random bytes, sent encrypted when the server wants a key exchange. */
  readonly exportedKey: Buffer;
}

/** The last message: who this is, and the proof. */
export function authenticateMessage(input: AuthenticateInput): Buffer {
  const { negotiate, challenge, user, password, spn, binding, nowMs, clientChallenge } = input;
  const account = accountOf(user);
  const { lm, nt, sessionBaseKey, withMic } = respond({
    account,
    password: password.reveal(),
    serverChallenge: challenge.serverChallenge,
    clientChallenge,
    targetInfo: challenge.targetInfo,
    spn,
    binding: binding ?? Buffer.alloc(16),
    nowMs,
  });
  const exchanges = (challenge.flags & flag.keyExchange) !== 0;
  const key = exchanges ? input.exportedKey : sessionBaseKey;
  const message = assembled(challenge.flags, {
    domain: Buffer.from(account.domain, "utf16le"),
    user: Buffer.from(account.user, "utf16le"),
    workstation: Buffer.alloc(0),
    lm,
    nt,
    sessionKey: exchanges ? rc4(sessionBaseKey, key) : Buffer.alloc(0),
  });
  if (withMic) hmacMd5(key, negotiate, challenge.bytes, message).copy(message, micAt);
  return message;
}

/** Parts of the payload in its order; the head names them in another. */
const headOffset = { domain: 28, user: 36, workstation: 44, lm: 12, nt: 20, sessionKey: 52 } as const;
type Payload = Readonly<Record<keyof typeof headOffset, Buffer>>;

function assembled(flags: number, payload: Payload): Buffer {
  const head = Buffer.alloc(authenticateHeadBytes);
  signature.copy(head);
  head.writeUInt32LE(3, 8);
  head.writeUInt32LE((flags | flag.version) >>> 0, 60);
  version.copy(head, 64);
  const parts: Buffer[] = [head];
  let offset = authenticateHeadBytes;
  for (const name of Object.keys(headOffset) as (keyof typeof headOffset)[]) {
    const part = payload[name];
    head.writeUInt16LE(part.length, headOffset[name]);
    head.writeUInt16LE(part.length, headOffset[name] + 2);
    head.writeUInt32LE(offset, headOffset[name] + 4);
    parts.push(part);
    offset += part.length;
  }
  return Buffer.concat(parts);
}
