import { ConnectorError, type StepFinding, type StepId, type StepReporter } from "#spi";
import { claimsOf, type TokenClaims } from "../../microsoft-identity/claims.ts";
import { requireOwnLogin } from "../../microsoft-identity/mailbox-credential.ts";
import type { EwsColumn } from "./binding.ts";
import type { EwsCaller } from "./call.ts";
import { ewsCauses } from "./causes.ts";
import { responseError } from "./errors.ts";
import { explainRefusal } from "./explain-refusal.ts";
import { identityOf } from "./identity.ts";
import { getFolder } from "./operations/get-folder.ts";
import { folderShape } from "./properties.ts";
import { isError, wordOf } from "./response-messages.ts";
import { RowReader } from "./row-reader.ts";
import type { RowState } from "./row-state.ts";

const inboxColumn = (name: string, uri: string, at: readonly string[], as: "integer" | "boolean"): EwsColumn => ({
  name,
  type: as,
  nullable: true,
  key: false,
  mutability: "read-only",
  operators: {},
  sortable: false,
  sortsExactly: false,
  read: "list",
  description: name,
  binding: { kind: "field", path: { uri }, read: { from: "text", at, as }, filter: { by: "none" } },
});

const itemCount = inboxColumn("items", "folder:TotalCount", ["TotalCount"], "integer");
const mayRead = inboxColumn("Read", "folder:EffectiveRights", ["EffectiveRights", "Read"], "boolean");
const mayCreate = inboxColumn(
  "CreateContents",
  "folder:EffectiveRights",
  ["EffectiveRights", "CreateContents"],
  "boolean",
);

/** The answer of the one call, or the refusal of a server that had let the account in. */
interface Outcome {
  readonly state?: RowState;
  readonly refusal?: ConnectorError;
  readonly claims?: TokenClaims;
}

/** One cheap call, the inbox's own properties, and what its answer tells about each step. */
export async function testConnection(caller: EwsCaller, steps: StepReporter, signal: AbortSignal): Promise<void> {
  let outcome: Outcome = {};
  await steps.step("authentication", "The server accepts the credentials", async () => {
    outcome = await ask(caller, signal);
    return authenticationFinding(outcome);
  });
  await steps.step("protocol", "Exchange Web Services answer", async () => protocolFinding(caller, outcome, steps));
  const isDenied = outcome.refusal !== undefined && stepOf(outcome.refusal) === "permission";
  if (!isDenied) {
    await steps.step("mailbox", "The mailbox opens", async () => {
      const { config, context } = caller;
      await requireOwnLogin(config.oauth, context.tokens, async () => [], signal);
      return mailboxFinding(caller, outcome);
    });
  }
  await steps.step("permission", "The account may read the mailbox", async () => permissionFinding(outcome));
  tellIdentity(caller, outcome, steps);
}

const columnsOf = ({ config }: EwsCaller): readonly EwsColumn[] =>
  config.platform === "Exchange2007" ? [itemCount] : [itemCount, mayRead, mayCreate];

async function ask(caller: EwsCaller, signal: AbortSignal): Promise<Outcome> {
  const columns = columnsOf(caller);
  const claims = await readClaims(caller, signal);
  const operation = getFolder({
    folders: [{ name: "inbox" }],
    shape: folderShape(columns),
    rows: new RowReader(columns, { idElement: "FolderId" }),
  });
  const known = claims === undefined ? {} : { claims };
  try {
    return { state: await caller.call(operation, identityOf(caller.config, {}), signal), ...known };
  } catch (error) {
    const refusal = await withToken(error, caller, claims, signal);
    if (!(refusal instanceof ConnectorError && wasLetIn(refusal))) throw refusal;
    return { refusal, ...known };
  }
}

/** A refused token is gone when the call explains the refusal; here it was looked at before. */
async function withToken(
  error: unknown,
  { config, context }: EwsCaller,
  claims: TokenClaims | undefined,
  signal: AbortSignal,
) {
  if (!(error instanceof ConnectorError) || claims === undefined) return error;
  const impersonates = config.impersonation !== undefined;
  const told = await explainRefusal(error, { config, context, impersonates, claims }, signal);
  return told instanceof ConnectorError ? told.with({ evidence: { ...told.evidence, token: claims } }) : told;
}

async function readClaims({ context }: EwsCaller, signal: AbortSignal): Promise<TokenClaims | undefined> {
  return context.tokens && claimsOf((await context.tokens.access(signal)).accessToken);
}

const stepOf = ({ causeCode }: ConnectorError): StepId | undefined =>
  ewsCauses.find(({ code }) => code === causeCode)?.step;

/** A refusal about mailbox or permission, and any SOAP fault that is not about the login, comes after the login. */
function wasLetIn(error: ConnectorError): boolean {
  const step = stepOf(error);
  if (step === "mailbox" || step === "permission") return true;
  return step !== "authentication" && error.remote?.service === "EWS" && error.remote.code !== undefined;
}

function authenticationFinding({ claims }: Outcome): StepFinding {
  if (claims === undefined) return { detail: "The server accepted the credentials." };
  const whose = claims.user ?? (claims.application === undefined ? "unknown" : `application ${claims.application}`);
  const until = claims.expiresAt === undefined ? "" : `, good until ${claims.expiresAt}`;
  return { detail: `The server accepted the token of ${whose}${until}.`, evidence: { token: claims } };
}

function protocolFinding({ config }: EwsCaller, { state, refusal }: Outcome, steps: StepReporter): StepFinding {
  const step = refusal && stepOf(refusal);
  if (refusal !== undefined && step !== "mailbox" && step !== "permission") throw refusal;
  const version = state?.serverVersion;
  if (version !== undefined) steps.serverVersion(version);
  return {
    detail: `Exchange ${version ?? "of unknown version"} answers.`,
    evidence: { endpoint: config.endpoint, serverVersion: version ?? null, platform: config.platform },
  };
}

function mailboxFinding({ config }: EwsCaller, { state, refusal }: Outcome): StepFinding {
  if (refusal !== undefined) throw refusal;
  const failed = state?.messages.find(isError);
  if (failed !== undefined) throw responseError("GetFolder", wordOf(failed));
  const mailbox = config.impersonation?.user ?? config.user;
  const items = state?.rows[0]?.[itemCount.name] ?? null;
  return {
    detail: "The inbox can be opened.",
    evidence: { ...(mailbox === undefined ? {} : { mailbox }), folder: "inbox", items },
  };
}

function permissionFinding({ state, refusal }: Outcome): StepFinding {
  if (refusal !== undefined) throw refusal;
  const row = state?.rows[0] ?? {};
  const evidence = { Read: row["Read"] ?? null, CreateContents: row["CreateContents"] ?? null };
  if (row["Read"] === false) {
    throw new ConnectorError("ACCESS_DENIED", "The account may open the inbox but not read its items.", {
      causeCode: "EWS_READ_DENIED",
      evidence,
    });
  }
  return { detail: "The account may read items.", evidence };
}

function tellIdentity({ config }: EwsCaller, { claims }: Outcome, steps: StepReporter): void {
  const { user: login, impersonation } = config;
  const user = claims?.user ?? login ?? claims?.application ?? impersonation?.user;
  if (user === undefined) return;
  const mailbox = impersonation?.user ?? claims?.user ?? login;
  const displayName = claims?.name;
  steps.identity({
    user,
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(displayName === undefined ? {} : { displayName }),
  });
}
