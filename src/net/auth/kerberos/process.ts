/**
 * The child process of one Kerberos configuration: libkrb5 reads its settings from the process environment, so two
 * configurations cannot share a process. It does what the parent says over IPC and ends with the channel.
 */
import { libraryWay } from "./library-context.ts";
import { packageWay } from "./package-context.ts";
import type { OpenContext, SecurityContext, SecurityStep } from "./security-context.ts";

/** A context has the number of the request that began it. */
export type KerberosRequest =
  | {
      readonly id: number;
      readonly op: "begin";
      readonly service: string;
      readonly principal?: string;
      /** Base64. */
      readonly binding?: string;
    }
  | { readonly id: number; readonly op: "proceed"; readonly context: number; readonly token: string }
  | { readonly id: number; readonly op: "drop"; readonly context: number };

export type KerberosReply =
  | {
      readonly id: number;
      readonly context: number;
      readonly token: string;
      readonly isComplete: boolean;
      readonly isBound: boolean;
    }
  | { readonly id: number; readonly error: string; readonly isMissing: boolean };

/** Told as it is, not as Kerberos' own words. */
class NothingInstalled extends Error {}

const contexts = new Map<number, SecurityContext>();

const [ffiPackage = "", library = "", kerberosPackage = ""] = process.argv.slice(2);
const opened = open();
opened.catch(() => undefined); // told with the first request

/**
 * The library called through koffi comes first, for all logins: npm `kerberos` 7.0.0 cannot bind a token to the TLS
 * channel, koffi comes built where `kerberos` may need a compiler, and so every login goes one way. Measured (MIT krb5
 * 1.20, Node 26): 0.5 to 0.6 ms for a token either way, 8 MB more after 20,000 of them against 5; of five kinds of
 * certificates a server that requires Extended Protection let in five against none. Where koffi has no build, or the
 * library another name (macOS), `kerberos` serves without binding, which servers accept that do not require it.
 */
async function open(): Promise<OpenContext> {
  try {
    return await libraryWay(ffiPackage, library);
  } catch (direct) {
    return packageWay(kerberosPackage).catch((thrown: unknown) => {
      throw new NothingInstalled(`${textOf(direct)}, and ${textOf(thrown)}`);
    });
  }
}

const textOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

async function begin({ id, service, principal, binding }: Extract<KerberosRequest, { op: "begin" }>) {
  const context = await (await opened)({
    service,
    ...(principal === undefined ? {} : { principal }),
    ...(binding === undefined ? {} : { binding: Buffer.from(binding, "base64") }),
  });
  contexts.set(id, context);
  return stepped(id, context, "");
}

async function stepped(id: number, context: SecurityContext, token: string) {
  let step: SecurityStep | undefined;
  try {
    step = await context.step(Buffer.from(token, "base64"));
  } finally {
    if (step === undefined || step.isComplete) drop(id);
  }
  const { isComplete } = step;
  return { context: id, token: step.token.toString("base64"), isComplete, isBound: context.isBound };
}

function proceed({ context, token }: Extract<KerberosRequest, { op: "proceed" }>) {
  const known = contexts.get(context);
  if (known === undefined) throw new Error("no such context");
  return stepped(context, known, token);
}

function drop(context: number): void {
  contexts.get(context)?.end();
  contexts.delete(context);
}

async function serve(request: KerberosRequest): Promise<KerberosReply> {
  const { id } = request;
  try {
    if (request.op === "begin") return { id, ...(await begin(request)) };
    if (request.op === "proceed") return { id, ...(await proceed(request)) };
    drop(request.context);
    return { id, context: request.context, token: "", isComplete: false, isBound: false };
  } catch (error) {
    return { id, error: textOf(error), isMissing: error instanceof NothingInstalled };
  }
}

process.on("message", async (request: KerberosRequest) => {
  const reply = await serve(request);
  process.send?.(reply);
});
