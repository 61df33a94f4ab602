/** Whom a token is for, who it is from, and what it is bound to. */
export interface TokenTarget {
  /** `HTTP@host`. */
  readonly service: string;
  /** Absent: whoever the ticket cache or the keytab names first. */
  readonly principal?: string;
  /** `tls-server-end-point` data of the server's certificate. */
  readonly binding?: Buffer;
}

/** One login under way. */
export interface SecurityContext {
  /** The channel binding was put into the token. */
  readonly isBound: boolean;
  /** Takes what the server said (nothing at first) and gives what to say. Throws when it does not prove the server. */
  step(token: Buffer): Promise<SecurityStep>;
  /** Frees what the library holds. */
  end(): void;
}

export interface SecurityStep {
  readonly token: Buffer;
  /** Both sides have proven who they are. */
  readonly isComplete: boolean;
}

/** A way to the Kerberos library of this machine. */
export type OpenContext = (target: TokenTarget) => Promise<SecurityContext>;
