import type { Clock, FileAccess, KerberosOptions } from "#spi";
import type { DialParts } from "../../dial.ts";
import { KerberosHelper } from "./helper.ts";
import { kerberosSettings, serviceOf } from "./settings.ts";

export interface KerberosParts {
  readonly dial: DialParts;
  readonly files: FileAccess;
  readonly clock: Clock;
}

/** The Kerberos helpers of one set of options, one for each service they get tickets for. */
export class KerberosHelpers {
  readonly #options: KerberosOptions;
  readonly #parts: KerberosParts;
  readonly #helpers = new Map<string, Promise<KerberosHelper>>();

  constructor(options: KerberosOptions, parts: KerberosParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Settings that fail to be read are read again the next time. */
  for(host: string): Promise<KerberosHelper> {
    const known = this.#helpers.get(host);
    if (known !== undefined) return known;
    const made = this.#make(host);
    this.#helpers.set(host, made);
    made.catch(() => this.#helpers.delete(host));
    return made;
  }

  async close(): Promise<void> {
    const helpers = await Promise.allSettled(this.#helpers.values());
    this.#helpers.clear();
    await Promise.all(helpers.map((helper) => (helper.status === "fulfilled" ? helper.value.close() : undefined)));
  }

  async #make(host: string): Promise<KerberosHelper> {
    const { files, clock } = this.#parts;
    const service = serviceOf(this.#options, host);
    const settings = await kerberosSettings(this.#options, this.#parts.dial, files);
    return new KerberosHelper({ settings, service, password: this.#options.password, clock });
  }
}
