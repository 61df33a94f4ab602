import { createHmac } from "node:crypto";
import { type Account, upperCased } from "./account.ts";
import { md4 } from "./md4.ts";
import { type AvPair, avId, clientTargetInfo, pairOf } from "./target-info.ts";

export interface ResponseInput {
  readonly account: Account;
  readonly password: string;
  readonly serverChallenge: Buffer;
  readonly clientChallenge: Buffer;
  readonly targetInfo: readonly AvPair[];
  readonly spn: string;
  readonly binding: Buffer;
  /** For servers that send no time of their own. */
  readonly nowMs: number;
}

export interface Responses {
  readonly lm: Buffer;
  readonly nt: Buffer;
  readonly sessionBaseKey: Buffer;
  /** The server sent its time, so a message integrity code is due. */
  readonly withMic: boolean;
}

export const hmacMd5 = (key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer => {
  const hmac = createHmac("md5", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
};

/** NTOWFv2 of MS-NLMP 3.3.2: the key all responses are made with. */
export function ntlmV2Key({ domain, user }: Account, password: string): Buffer {
  const hash = md4(Buffer.from(password, "utf16le"));
  return hmacMd5(hash, Buffer.from(upperCased(user) + domain, "utf16le"));
}

/** The NTLMv2 and LMv2 responses of MS-NLMP 3.3.2, with the additions of 3.1.5.1.2 (time, MIC, channel binding, target name). */
export function respond(input: ResponseInput): Responses {
  const { account, password, serverChallenge, clientChallenge, targetInfo, spn, binding, nowMs } = input;
  const key = ntlmV2Key(account, password);
  const serverTime = pairOf(targetInfo, avId.timestamp);
  const withMic = serverTime !== undefined;
  const blob = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    serverTime ?? fileTime(nowMs),
    clientChallenge,
    Buffer.alloc(4),
    clientTargetInfo(targetInfo, { spn, binding, withMic }),
    Buffer.alloc(4),
  ]);
  const proof = hmacMd5(key, serverChallenge, blob);
  const lm = withMic
    ? Buffer.alloc(24)
    : Buffer.concat([hmacMd5(key, serverChallenge, clientChallenge), clientChallenge]);
  return { lm, nt: Buffer.concat([proof, blob]), sessionBaseKey: hmacMd5(key, proof), withMic };
}

/** Windows time: 100 ns since 1601. */
function fileTime(nowMs: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE((BigInt(nowMs) + 11_644_473_600_000n) * 10_000n);
  return bytes;
}
