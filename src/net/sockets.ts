import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { type ConnectParts, connect } from "./connect.ts";
import { cancelled } from "./failures.ts";
import { canonicalHost } from "./hosts.ts";

export interface SocketTarget {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise `upgrade` can start it later (STARTTLS). */
  readonly tls: boolean;
}

/** An open socket of a protocol other than HTTP, SMTP for one. */
export interface OpenSocket {
  readonly socket: Socket;
  /**
   * Starts TLS on the socket under the connection's rules. Bytes that came before are thrown away: they were not
   * protected, whoever sent them.
   */
  upgrade(): Promise<TLSSocket>;
}

/** A socket under the connection's egress, proxy and TLS rules. Credentials will go over it, so a pin binds. */
export async function connectSocket(
  target: SocketTarget,
  parts: ConnectParts,
  signal: AbortSignal,
): Promise<OpenSocket> {
  const host = canonicalHost(target.host);
  if (signal.aborted) throw cancelled(signal.reason);
  const full = { host, port: target.port, secure: target.tls, rule: "pinned", exempt: false } as const;
  const { socket } = await connect(full, parts);
  if (signal.aborted) {
    socket.destroy();
    throw cancelled(signal.reason);
  }
  return {
    socket,
    async upgrade() {
      while (socket.read() !== null);
      const { limits, observer } = parts;
      const secured = await parts.tls.secure(socket, { host, rule: "pinned", limitMs: limits.tlsMs, observer });
      return secured.socket;
    },
  };
}
