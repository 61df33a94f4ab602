import {
  type ChannelBindings,
  type Gssapi,
  type GssBuffer,
  type GssOid,
  type Handle,
  type Koffi,
  loadGssapi,
  noBuffer,
  oids,
} from "./gssapi.ts";
import { optionalPackage } from "./optional-package.ts";
import type { OpenContext, SecurityContext, SecurityStep, TokenTarget } from "./security-context.ts";

/** Flags and statuses of RFC 2744. */
const mutual = 2;
const replay = 4;
const sequence = 8;
const initiate = 1;
const continueNeeded = 1;
const errorBits = 0xffff0000;
const statusKind = { general: 1, ofMechanism: 2 } as const;

/**
 * The Kerberos library of the system, called directly. The calls are synchronous on purpose: MIT krb5 (1.20) keeps the
 * details of an error, such as the name of an unknown service, for the thread that met it, and a process serves one
 * configuration only, so that nobody else waits for its KDC.
 */
export async function libraryWay(ffiPackage: string, library: string): Promise<OpenContext> {
  const { default: koffi } = await optionalPackage<{ readonly default: Koffi }>(ffiPackage);
  const gss = loadGssapi(koffi, library);
  return async (target) => new LibraryContext(gss, target);
}

class LibraryContext implements SecurityContext {
  readonly isBound: boolean;
  readonly #gss: Gssapi;
  readonly #binding: ChannelBindings | null;
  readonly #context: Handle = [null];
  readonly #name: Handle = [null];
  readonly #credential: Handle = [null];

  constructor(gss: Gssapi, { service, principal, binding }: TokenTarget) {
    this.#gss = gss;
    this.#binding = binding === undefined ? null : channelBindings(binding);
    this.isBound = binding !== undefined;
    try {
      this.#importName(service, oids.hostBasedService, this.#name);
      if (principal !== undefined) this.#acquire(principal);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  async step(token: Buffer): Promise<SecurityStep> {
    const output = noBuffer();
    const granted: [number] = [0];
    const status = this.#checked((minor) =>
      this.#gss.initContext(minor, {
        credential: this.#credential[0],
        context: this.#context,
        name: this.#name[0],
        mechanism: oids.spnego,
        flags: mutual | replay | sequence,
        binding: this.#binding,
        input: token.length === 0 ? noBuffer() : bufferOf(token),
        output,
        granted,
      }),
    );
    const answer = this.#gss.take(output);
    const isComplete = (status & continueNeeded) === 0;
    if (isComplete && (granted[0] & mutual) === 0) throw new Error("Mutual authentication failed");
    return { token: answer, isComplete };
  }

  end(): void {
    if (this.#context[0] !== null) this.#gss.deleteContext([0], this.#context);
    if (this.#credential[0] !== null) this.#gss.releaseCredential([0], this.#credential);
    if (this.#name[0] !== null) this.#gss.releaseName([0], this.#name);
  }

  #importName(text: string, type: GssOid, handle: Handle): void {
    this.#checked((minor) => this.#gss.importName(minor, bufferOf(Buffer.from(text)), type, handle));
  }

  #acquire(principal: string): void {
    const name: Handle = [null];
    this.#importName(principal, oids.userName, name);
    try {
      this.#checked((minor) => this.#gss.acquireCredential(minor, name[0], initiate, this.#credential));
    } finally {
      this.#gss.releaseName([0], name);
    }
  }

  #checked(call: (minor: [number]) => number): number {
    const minor: [number] = [0];
    const status = call(minor);
    if ((status & errorBits) === 0) return status;
    throw new Error(`${this.#text(status, statusKind.general)}: ${this.#text(minor[0], statusKind.ofMechanism)}`);
  }

  #text(status: number, kind: number): string {
    const texts: string[] = [];
    const more: [number] = [0];
    do {
      const text = noBuffer();
      if ((this.#gss.displayStatus([0], status, kind, more, text) & errorBits) !== 0) break;
      texts.push(this.#gss.take(text).toString());
    } while (more[0] !== 0);
    return texts.join("; ");
  }
}

const bufferOf = (bytes: Buffer): GssBuffer => ({ length: bytes.length, value: bytes });

const channelBindings = (applicationData: Buffer): ChannelBindings => ({
  initiator_addrtype: 0,
  initiator_address: noBuffer(),
  acceptor_addrtype: 0,
  acceptor_address: noBuffer(),
  application_data: bufferOf(applicationData),
});
