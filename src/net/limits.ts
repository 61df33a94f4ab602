/** Time and size limits of the wire. Reasons: each phase is bounded by itself, and all phases together by the request's own time limit. */
export interface WireLimits {
  readonly dnsMs: number;
  readonly tcpMs: number;
  readonly tlsMs: number;
  /** CONNECT through a proxy, login included. */
  readonly proxyMs: number;
  /** Status line and headers of one answer, and of a proxy's answer. */
  readonly headerBytes: number;
  /** Decoded bytes of one answer when the request names no limit. */
  readonly answerBytes: number;
  /** Decoded bytes per wire byte. FindItem answers compress about 20:1, deflate cannot pass 1032:1. */
  readonly decodedRatio: number;
  /** The ratio counts from here on: short answers compress absurdly well by nature. */
  readonly ratioFromBytes: number;
  /** Longest silence before the headers or inside the body, at least; half the request's time limit when that is more. */
  readonly silenceMs: number;
  /** What an idle socket may wait for its next request when the server names no time. IIS keeps 120 s. */
  readonly keepAliveMs: number;
  /**
   * A socket is given up this long before the server says it will close it. undici's own 2 s turn `timeout=2` into
   * "close at once", which ends an NTLM login between its legs.
   */
  readonly keepAliveMarginMs: number;
  /** An unread rest up to this size is read away to keep the socket; a longer one costs the socket. */
  readonly discardBytes: number;
}

export const wireLimits: WireLimits = {
  dnsMs: 5_000,
  tcpMs: 5_000,
  tlsMs: 10_000,
  proxyMs: 15_000,
  headerBytes: 64 * 1024,
  answerBytes: 32 * 1024 * 1024,
  decodedRatio: 200,
  ratioFromBytes: 1024 * 1024,
  silenceMs: 30_000,
  keepAliveMs: 30_000,
  keepAliveMarginMs: 500,
  discardBytes: 256 * 1024,
};

/** The longest silence allowed inside a request of that time limit (0 = none). */
export function silenceLimitMs(limits: WireLimits, timeoutMs: number): number {
  if (timeoutMs === 0) return 10 * limits.silenceMs;
  return Math.max(limits.silenceMs, Math.ceil(timeoutMs / 2));
}
