import type { IncomingMessage, ServerResponse } from "node:http";
import { accountsDirectory } from "./accounts-directory.ts";
import type { BearerPrincipal, Refusal } from "./ews/principal.ts";
import type { Faults } from "./faults.ts";
import { createGraph } from "./graph/graph.ts";
import { graphStepFault } from "./graph/step-fault.ts";
import type { Subscriptions } from "./graph/subscriptions.ts";
import { type Face, type HttpAnswer, readRequest, writeAnswer } from "./http.ts";
import { createIdentity, type Identity, type IdentityOptions } from "./identity/identity.ts";
import { CLIENT_IDS, CLIENT_SECRET } from "./identity/registrations.ts";
import { type RunningSandbox, type SandboxHandler, type SandboxOptions, startSandbox } from "./sandbox.ts";
import { organisationHost, type SmtpRefusals } from "./smtp/organisation-host.ts";
import { startSmtp } from "./smtp/smtp.ts";
import { type LocalTls, makeClientCertificate, makeLocalTls, writeTemporaryFiles } from "./tls.ts";

/** How the whole sandbox is started; ports left out are free ones. */
export type FullSandboxOptions = SandboxOptions & {
  readonly port?: number;
  readonly httpsPort?: number;
  readonly smtpPort?: number;
  readonly identity?: Partial<Omit<IdentityOptions, "directory" | "now">>;
  /** How Graph reaches subscribers; `fetch` unless they have names only the caller knows. */
  readonly post?: typeof fetch;
};

/** What `npm run sandbox` prints: addresses, trust and accounts. */
export type SandboxDescription = {
  readonly ews: string;
  readonly ewsTls: string;
  readonly graph: string;
  readonly authority: string;
  readonly smtp: { readonly host: string; readonly port: number };
  readonly caFile: string;
  /** What CLOUD_OVERRIDES_FILE takes. */
  readonly cloudOverrides: Readonly<Record<string, unknown>>;
  readonly accounts: readonly { readonly user: string; readonly password: string }[];
  /** `certificateFile` holds a private key with a certificate that is registered for the application. */
  readonly app: {
    readonly tenant: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly certificateFile: string;
  };
};

/** A whole sandbox that listens: EWS, Graph, authority and managed identity over http and https, and SMTP. */
export type FullSandbox = RunningSandbox & {
  readonly identity: Identity;
  readonly tls: LocalTls;
  readonly smtpRefusals: SmtpRefusals;
  /** Who Graph posts notices to. */
  readonly subscriptions: Subscriptions;
  readonly description: SandboxDescription;
};

/** Starts every face over one set of mailboxes, on 127.0.0.1. */
export async function startFullSandbox(options: FullSandboxOptions = {}): Promise<FullSandbox> {
  const { port, httpsPort, smtpPort, identity: identityOptions, post = fetch, ...rest } = options;
  const [tls, client] = await Promise.all([makeLocalTls(), makeClientCertificate("Sandbox connector")]);
  const now = () => (options.clock?.() ?? new Date()).getTime();
  let identity: Identity | undefined;
  const running = await startSandbox({
    ...rest,
    port: port ?? 0,
    httpsPort: httpsPort ?? 0,
    tls,
    verifyBearer: (token) => exchangePrincipal(identity, token),
  });
  const { organisation, faults } = running;
  const made = createIdentity({ ...identityOptions, directory: accountsDirectory(organisation), now });
  identity = made;
  made.registration(CLIENT_IDS.full).certificates.push(client.cert);
  const graph = createGraph({
    organisation,
    identity: made,
    stepFault: graphStepFault(faults),
    post: { send: post, fate: () => faults.notices.next() },
  });
  running.handlers.push(spoiltByFaults(graph, faults), facesHandler([made.face]));
  const smtpRefusals: SmtpRefusals = new Map();
  const smtp = await startSmtp(organisationHost(organisation, made, smtpRefusals), tls, smtpPort ?? 0);
  const files = await writeTemporaryFiles({ "ca.pem": tls.ca, "client.pem": `${client.key}${client.cert}\n` });
  return {
    ...running,
    identity: made,
    tls,
    smtpRefusals,
    subscriptions: graph.subscriptions,
    description: describe(running, made, smtp.port, files.paths),
    stop: async () => {
      await Promise.all([running.stop(), smtp.close(), files.remove()]);
    },
  };
}

function exchangePrincipal(identity: Identity | undefined, token: string): BearerPrincipal | Refusal | undefined {
  const verdict = identity?.verifyBearer(token, "exchange");
  if (verdict?.ok !== true) return verdict?.problem === "audience" ? audienceRefused : undefined;
  const { principal } = verdict;
  if (principal.kind !== "app") return principal;
  const mailboxes = identity?.mailboxesOf(principal.appId);
  return { ...principal, ...(mailboxes === undefined ? {} : { mailboxes }) };
}

const audienceRefused: Refusal = {
  kind: "refused",
  status: 401,
  diagnostics: '2000003;reason="The audience claim value is invalid.";error_category="invalid_resource"',
};

/** Graph requests, unless a fault switch answers first or spoils the answer. */
function spoiltByFaults(graph: Face, faults: Faults): SandboxHandler {
  return async (message, response, scheme) => {
    if (!/^\/(v1\.0(\/|$|\?)|api\/v2\.0\/upload\/|data\/v1\.0\/download)/i.test(message.url ?? "")) return false;
    const path = (message.url ?? "").split("?")[0]?.replace(/^\/v1\.0/i, "") ?? "";
    const fault = faults.take("graph", `${message.method} ${decodeURIComponent(path)}`);
    if (fault !== undefined && (await fault.before(response))) return true;
    const answer = await graph(await readRequest(message, scheme));
    if (answer === undefined) return false;
    const whole = { status: answer.status, headers: { ...answer.headers }, body: answer.body ?? "" };
    if (fault !== undefined && (await fault.after(response, whole))) return true;
    writeAnswer(response, answer);
    return true;
  };
}

function facesHandler(faces: readonly Face[]): SandboxHandler {
  return async (message: IncomingMessage, response: ServerResponse, scheme) => {
    const request = await readRequest(message, scheme);
    const answer = await firstAnswer(faces, request);
    if (answer === undefined) return false;
    writeAnswer(response, answer);
    return true;
  };
}

async function firstAnswer(
  faces: readonly Face[],
  request: Awaited<ReturnType<typeof readRequest>>,
): Promise<HttpAnswer | undefined> {
  for (const face of faces) {
    const answer = await face(request);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function describe(
  running: RunningSandbox,
  identity: Identity,
  smtpPort: number,
  files: Readonly<Record<string, string>>,
): SandboxDescription {
  const secure = `https://127.0.0.1:${running.httpsPort}`;
  const ewsTls = `${secure}/EWS/Exchange.asmx`;
  const smtp = { host: "127.0.0.1", port: smtpPort };
  const caFile = files["ca.pem"] ?? "";
  return {
    ews: running.ewsUrl,
    ewsTls,
    graph: secure,
    authority: secure,
    smtp,
    caFile,
    cloudOverrides: { GLOBAL: { authority: secure, graph: secure, ews: ewsTls, smtp, caFile } },
    accounts: running.organisation.accounts.flatMap(({ address, password }) =>
      password === undefined ? [] : [{ user: address, password }],
    ),
    app: {
      tenant: identity.settings.tenantId,
      clientId: CLIENT_IDS.full,
      clientSecret: CLIENT_SECRET,
      certificateFile: files["client.pem"] ?? "",
    },
  };
}
