/** Figures that protect the service; every one can be set by the owner of the machine. */
export interface HttpLimits {
  /** Requests worked on at the same time; more are answered 503. Health routes are exempt. */
  readonly inFlight: number;
  readonly bodyBytes: number;
  /** Bodies, and lines of an upload, of the routes that carry rows (attachments travel in them). */
  readonly largeBodyBytes: number;
  /** The largest content of an upload; the largest attachment any server takes. */
  readonly uploadBytes: number;
  readonly jsonDepth: number;
  /** Rows of one JSON body. */
  readonly rowsPerCall: number;
  readonly headerBytes: number;
  readonly headersTimeoutMs: number;
  /** Time in which a JSON body must have arrived. */
  readonly requestTimeoutMs: number;
  /** Longest pause inside an NDJSON upload. */
  readonly uploadIdleMs: number;
  /** Longest upload as a whole. */
  readonly uploadTimeoutMs: number;
  readonly connections: number;
  readonly requestsPerConnection: number;
  readonly keyRequestsPerMinute: number;
  readonly badKeysPerMinute: number;
}

/** Anchors: 24 in flight kept p99 at 255 ms on two cores where no limit gave 1,351 ms. */
export const defaultLimits: HttpLimits = {
  inFlight: 24,
  bodyBytes: 1024 * 1024,
  largeBodyBytes: 10 * 1024 * 1024,
  uploadBytes: 150 * 1024 * 1024,
  jsonDepth: 32,
  rowsPerCall: 2000,
  headerBytes: 16 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  uploadIdleMs: 30_000,
  uploadTimeoutMs: 3_600_000,
  connections: 2000,
  requestsPerConnection: 10_000,
  keyRequestsPerMinute: 60_000,
  badKeysPerMinute: 10,
};

/** What the HTTP layer needs of the settings. */
export interface HttpSettings {
  readonly limits: HttpLimits;
  /** The first hop is a proxy that ends TLS: the caller's address is the last one of X-Forwarded-For. */
  readonly behindTlsProxy: boolean;
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
}
