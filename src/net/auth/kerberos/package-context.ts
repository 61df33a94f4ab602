import { optionalPackage } from "./optional-package.ts";
import type { OpenContext, SecurityContext, SecurityStep, TokenTarget } from "./security-context.ts";

interface KerberosClient {
  readonly contextComplete: boolean;
  step(challenge: string): Promise<string | null>;
}
interface KerberosModule {
  readonly GSS_MECH_OID_SPNEGO: number;
  readonly GSS_C_MUTUAL_FLAG: number;
  readonly GSS_C_REPLAY_FLAG: number;
  readonly GSS_C_SEQUENCE_FLAG: number;
  initializeClient(service: string, options: Readonly<Record<string, unknown>>): Promise<KerberosClient>;
}

/** npm `kerberos`. On Unix it passes no channel bindings (7.0.0: its step() hands NULL to the library). */
export async function packageWay(packageName: string): Promise<OpenContext> {
  const { default: kerberos } = await optionalPackage<{ readonly default: KerberosModule }>(packageName);
  return async (target) => new PackageContext(await clientFor(kerberos, target));
}

function clientFor(kerberos: KerberosModule, { service, principal }: TokenTarget): Promise<KerberosClient> {
  const flags = kerberos.GSS_C_MUTUAL_FLAG | kerberos.GSS_C_REPLAY_FLAG | kerberos.GSS_C_SEQUENCE_FLAG;
  // The option is called `flags`, whatever the package's own types say (kerberos 7.0.0).
  const options = { mechOID: kerberos.GSS_MECH_OID_SPNEGO, flags, ...(principal === undefined ? {} : { principal }) };
  return kerberos.initializeClient(service, options);
}

class PackageContext implements SecurityContext {
  readonly isBound = false;
  readonly #client: KerberosClient;

  constructor(client: KerberosClient) {
    this.#client = client;
  }

  async step(token: Buffer): Promise<SecurityStep> {
    const answer = await this.#client.step(token.toString("base64"));
    // Asked for mutual authentication, libkrb5 is not done before the server's proof is right.
    return { token: Buffer.from(answer ?? "", "base64"), isComplete: this.#client.contextComplete };
  }

  /** The package frees its memory when the object is collected. */
  end(): void {}
}
