/**
 * The child process of one Kerberos configuration: libkrb5 reads its settings from the process environment, so two
 * configurations cannot share a process. It does what the parent says over IPC and ends with the channel.
 */
interface KerberosClient {
  readonly contextComplete: boolean;
  readonly username: string;
  step(challenge: string): Promise<string | null>;
}
interface KerberosModule {
  readonly GSS_MECH_OID_SPNEGO: number;
  readonly GSS_C_MUTUAL_FLAG: number;
  readonly GSS_C_REPLAY_FLAG: number;
  readonly GSS_C_SEQUENCE_FLAG: number;
  initializeClient(service: string, options: Readonly<Record<string, unknown>>): Promise<KerberosClient>;
}

export type KerberosRequest =
  | { readonly id: number; readonly op: "begin"; readonly service: string; readonly principal?: string }
  | { readonly id: number; readonly op: "proceed"; readonly context: number; readonly token: string }
  | { readonly id: number; readonly op: "drop"; readonly context: number };

export type KerberosReply =
  | { readonly id: number; readonly context: number; readonly token: string; readonly isComplete: boolean }
  | { readonly id: number; readonly error: string; readonly isMissing: boolean };

const contexts = new Map<number, KerberosClient>();
let lastContext = 0;

/** An optional package: the name is no literal, so that type checks pass where it is not installed. */
const packageName: string = "kerberos";
const loaded: Promise<{ readonly default: KerberosModule }> = import(packageName);
loaded.catch(() => undefined); // told with the first request

async function begin(service: string, principal: string | undefined) {
  const { default: kerberos } = await loaded;
  const flags = kerberos.GSS_C_MUTUAL_FLAG | kerberos.GSS_C_REPLAY_FLAG | kerberos.GSS_C_SEQUENCE_FLAG;
  // The option is called `flags`, whatever the package's own types say (kerberos 7.0.0).
  const options = { mechOID: kerberos.GSS_MECH_OID_SPNEGO, flags, ...(principal === undefined ? {} : { principal }) };
  const client = await kerberos.initializeClient(service, options);
  const token = (await client.step("")) ?? "";
  contexts.set(++lastContext, client);
  return { context: lastContext, token, isComplete: client.contextComplete };
}

async function proceed(context: number, token: string) {
  const client = contexts.get(context);
  if (client === undefined) throw new Error("no such context");
  const answer = (await client.step(token)) ?? "";
  if (client.contextComplete) contexts.delete(context);
  return { context, token: answer, isComplete: client.contextComplete };
}

async function serve(request: KerberosRequest): Promise<KerberosReply> {
  try {
    if (request.op === "begin") return { id: request.id, ...(await begin(request.service, request.principal)) };
    if (request.op === "proceed") return { id: request.id, ...(await proceed(request.context, request.token)) };
    contexts.delete(request.context);
    return { id: request.id, context: request.context, token: "", isComplete: false };
  } catch (error) {
    const isMissing = await loaded.then(
      () => false,
      () => true,
    );
    return { id: request.id, error: error instanceof Error ? error.message : String(error), isMissing };
  }
}

process.on("message", async (request: KerberosRequest) => {
  const reply = await serve(request);
  process.send?.(reply);
});
