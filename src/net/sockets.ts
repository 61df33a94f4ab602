import type { OpenSocket, SocketTarget } from "#spi";
import { type ConnectParts, connect } from "./connect.ts";
import { cancelled } from "./failures.ts";
import { canonicalHost } from "./hosts.ts";

/** A socket under the connection's egress, proxy and TLS rules. Credentials will go over it, so a pin binds. */
export async function connectSocket(
  target: SocketTarget,
  parts: ConnectParts,
  signal: AbortSignal,
): Promise<OpenSocket> {
  const host = canonicalHost(target.host);
  if (signal.aborted) throw cancelled(signal.reason);
  const full = { host, port: target.port, secure: target.tls, rule: "pinned", exempt: false, protocols: [] } as const;
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
      const secured = await parts.tls.secure(socket, {
        host,
        rule: "pinned",
        limitMs: limits.tlsMs,
        observer,
        protocols: [],
      });
      return secured.socket;
    },
  };
}
