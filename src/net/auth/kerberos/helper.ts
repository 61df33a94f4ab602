import { type ChildProcess, fork, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Clock, Secret } from "#spi";
import { failure } from "../../failures.ts";
import { withinTime } from "../../resolve.ts";
import { type KerberosSource, kerberosFailure, kerberosMissing } from "./errors.ts";
import type { KerberosReply, KerberosRequest } from "./process.ts";
import { type KerberosSettings, krb5Conf, type Service } from "./settings.ts";

/** Where kinit may be; the service's own environment does not reach the children. */
const searchPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

/** libkrb5 has no time limit of its own: a dead KDC would block for minutes. */
const callLimitMs = 15_000;
/** A process holds 55 MB, a new one takes 0.1 s. */
const idleMs = 300_000;
/** KDCs commonly give tickets for 10 hours; a new one is fetched well before. */
const ticketMs = 4 * 3_600_000;

export interface KerberosToken {
  readonly context: number;
  readonly token: string;
  readonly isComplete: boolean;
  /** The token holds the channel binding it was asked for with. */
  readonly isBound: boolean;
}

/** What a Kerberos process loads, in this order: the library through the first package, or the second package. */
export interface KerberosModules {
  readonly ffiPackage: string;
  readonly library: string;
  readonly kerberosPackage: string;
}

const usualModules: KerberosModules = {
  ffiPackage: "koffi",
  library: "libgssapi_krb5.so.2",
  kerberosPackage: "kerberos",
};

export interface HelperOptions {
  readonly settings: KerberosSettings;
  readonly service: Service;
  readonly password: Secret | undefined;
  readonly clock: Clock;
  /** Others than the usual ones. */
  readonly modules?: KerberosModules;
}

/** One Kerberos configuration: its private folder, its process (started when needed), and its tickets. */
export class KerberosHelper {
  readonly #options: HelperOptions;
  readonly #waiting = new Map<number, (reply: KerberosReply) => void>();
  #folder: Promise<string> | undefined;
  #child: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  #ticket: Promise<void> | undefined;
  #ticketUntilMs = 0;
  #lastId = 0;

  constructor(options: HelperOptions) {
    this.#options = options;
  }

  /** The first token for the service; bound to the server's certificate when its `tls-server-end-point` data is given. */
  async begin(binding?: Buffer): Promise<KerberosToken> {
    const { service, settings } = this.#options;
    await this.#ensureTicket();
    const { principal } = settings;
    const named = settings.ticketCache !== undefined || principal === undefined ? {} : { principal };
    const bound = binding === undefined ? {} : { binding: binding.toString("base64") };
    return this.#call({ op: "begin", service: service.name, ...named, ...bound }, this.#ticketSource);
  }

  /** The next token, or the end: throws when the server's answer refuses the ticket or does not prove the server. */
  proceed(context: number, token: string, source: "proof" | "refusal" = "proof"): Promise<KerberosToken> {
    return this.#call({ op: "proceed", context, token }, source);
  }

  /** Forgets a context that will not be finished. */
  async drop(context: number): Promise<void> {
    if (this.#child !== undefined) await this.#call({ op: "drop", context }, "proof");
  }

  async close(): Promise<void> {
    this.#end();
    const folder = await this.#folder?.catch(() => undefined);
    this.#folder = undefined;
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }

  async #environment(): Promise<Record<string, string>> {
    const { settings, service } = this.#options;
    this.#folder ??= makeFolder(krb5Conf(settings, [service]));
    const folder = await this.#folder;
    const cache = settings.ticketCache ?? (this.#usesPassword ? path.join(folder, "tickets") : undefined);
    return {
      PATH: searchPath,
      LC_ALL: "C", // messages are matched by their English text
      // No mechanisms but the library's own: with gss-ntlmssp (1.2) installed its vague error hides the one of Kerberos.
      GSS_MECH_CONFIG: "/dev/null",
      ...(settings.realms.length === 0 ? {} : { KRB5_CONFIG: path.join(folder, "krb5.conf") }),
      ...(settings.keytab === undefined ? {} : { KRB5_CLIENT_KTNAME: `FILE:${settings.keytab}` }),
      ...(cache !== undefined ? { KRB5CCNAME: `FILE:${cache}` } : {}),
      ...(cache === undefined && settings.keytab !== undefined ? { KRB5CCNAME: `MEMORY:${randomUUID()}` } : {}),
    };
  }

  get #usesPassword(): boolean {
    const { settings, password } = this.#options;
    return settings.ticketCache === undefined && settings.keytab === undefined && password?.isEmpty === false;
  }

  get #ticketSource(): KerberosSource {
    const { keytab, ticketCache } = this.#options.settings;
    return keytab !== undefined && ticketCache === undefined ? "keytab" : "ticketCache";
  }

  /** With a password a ticket is fetched by kinit, which alone can do that on Unix; callers share one run. */
  async #ensureTicket(): Promise<void> {
    if (!this.#usesPassword || this.#options.clock.now() < this.#ticketUntilMs) return;
    this.#ticket ??= this.#fetchTicket().finally(() => {
      this.#ticket = undefined;
    });
    await this.#ticket;
  }

  async #fetchTicket(): Promise<void> {
    const { settings, password, clock } = this.#options;
    const { principal } = settings;
    if (principal === undefined) throw kerberosFailure("no Kerberos credentials: a password, but no user", "password");
    await kinit(principal, password?.reveal() ?? "", await this.#environment());
    this.#ticketUntilMs = clock.now() + ticketMs;
  }

  async #call(request: KerberosCall, source: KerberosSource): Promise<KerberosToken> {
    const child = await this.#process();
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<KerberosReply>();
    this.#waiting.set(id, resolve);
    child.send({ id, ...request } as KerberosRequest);
    const late = () => {
      this.#end(); // the library is stuck in this call and would hold up the others
      return failure("KERBEROS_KDC_UNREACHABLE", `Kerberos did not answer within ${callLimitMs / 1000} s.`);
    };
    const reply = await withinTime(promise, callLimitMs, late).finally(() => this.#waiting.delete(id));
    if (!("error" in reply)) return reply;
    throw reply.isMissing ? kerberosMissing(reply.error) : kerberosFailure(reply.error, source);
  }

  async #process(): Promise<ChildProcess> {
    const env = await this.#environment();
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#end(), idleMs);
    this.#idle.unref();
    this.#child ??= this.#start(env);
    return this.#child;
  }

  #start(env: Record<string, string>): ChildProcess {
    const file = new URL("./process.ts", import.meta.url);
    const { ffiPackage, library, kerberosPackage } = this.#options.modules ?? usualModules;
    const child = fork(file, [ffiPackage, library, kerberosPackage], {
      env,
      execArgv: [],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    child.unref();
    child.channel?.unref();
    child.on("message", (reply: KerberosReply) => this.#waiting.get(reply.id)?.(reply));
    const gone = () => {
      if (this.#child === child) this.#child = undefined;
      for (const [id, answer] of this.#waiting) answer({ id, error: "the Kerberos process ended", isMissing: false });
    };
    child.once("exit", gone).once("error", gone);
    return child;
  }

  #end(): void {
    clearTimeout(this.#idle);
    const child = this.#child;
    this.#child = undefined;
    child?.kill("SIGKILL");
  }
}

type KerberosCall = KerberosRequest extends infer R ? (R extends KerberosRequest ? Omit<R, "id"> : never) : never;

async function makeFolder(conf: string): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "kerberos-"));
  await writeFile(path.join(folder, "krb5.conf"), conf, { mode: 0o600 });
  return folder;
}

/** Puts a ticket into the cache of the environment; the password goes to the process's input and nowhere else. */
async function kinit(principal: string, password: string, env: Record<string, string>): Promise<void> {
  const child = spawn("kinit", ["--", principal], { env, stdio: ["pipe", "pipe", "pipe"] });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  let said = "";
  const hear = (text: string) => {
    said = (said + text).slice(-2000);
  };
  child.stderr.setEncoding("utf8").on("data", hear);
  child.stdout.setEncoding("utf8").on("data", hear); // that a password has expired is told there only
  child.once("error", () => reject(kerberosMissing("`kinit` (Debian: krb5-user) is needed to log in with a password")));
  child.once("close", resolve);
  child.stdin.on("error", () => undefined); // kinit may end before it has read
  child.stdin.end(`${password}\n`);
  const late = () => failure("KERBEROS_KDC_UNREACHABLE", `kinit did not end within ${callLimitMs / 1000} s.`);
  try {
    const code = await withinTime(promise, callLimitMs, late);
    if (code !== 0) throw kerberosFailure(said, "password");
  } finally {
    child.kill("SIGKILL");
  }
}
