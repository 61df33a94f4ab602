import type { Duplex } from "node:stream";

/** A server that speaks another protocol than HTTP. */
export interface SocketTarget {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise `upgrade` can start it later (STARTTLS). */
  readonly tls: boolean;
}

/** An open conversation of bytes. Errors of the stream are Node's own; ends it by `destroy`. */
export interface OpenSocket {
  readonly socket: Duplex;
  /**
   * Starts TLS on the socket under the connection's rules. Bytes that came before are thrown away: they were not
   * protected, whoever sent them. Listeners on the old stream must be gone by then.
   */
  upgrade(): Promise<Duplex>;
}

/**
 * Opens a socket over the connection's transport: egress rules, proxy, TLS pin and time limits hold as for HTTP, and the
 * steps of a connection test are observed on it. Nothing is sent. Errors: UNREACHABLE, TIMEOUT, CERTIFICATE,
 * EGRESS_DENIED, each with a causeCode.
 */
export type OpenSocketTo = (target: SocketTarget, signal: AbortSignal) => Promise<OpenSocket>;
