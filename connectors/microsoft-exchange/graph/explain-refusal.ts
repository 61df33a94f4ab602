import { type ConnectorContext, ConnectorError, type Value } from "#spi";
import { claimsOf, type TokenClaims } from "../../microsoft-identity/claims.ts";
import { graphError } from "./errors.ts";
import { permissionNeed } from "./permissions.ts";

/** The request that was refused. */
export interface RefusedRequest {
  readonly method: string;
  readonly path: string;
  readonly operation: string;
}

type Context = Pick<ConnectorContext, "tokens" | "clock">;

/**
 * Says more exactly what a refusal means, by what Graph says of the token and by what the token names: Graph answers
 * "Access is denied" to a missing permission, to an access policy and to a mailbox that is not shared alike.
 */
export async function explainRefusal(
  error: unknown,
  request: RefusedRequest,
  context: Context,
  signal: AbortSignal,
): Promise<unknown> {
  if (!(error instanceof ConnectorError)) return error;
  if (error.causeCode === "TOKEN_REFUSED") return aboutToken(error, request, context);
  if (error.causeCode !== "GRAPH_PERMISSION_MISSING") return error;
  return aboutPermission(error, request, await heldClaims(context, signal));
}

/** The claims of the present token; a token that is gone since tells nothing, and must not hide the refusal. */
async function heldClaims({ tokens }: Context, signal: AbortSignal): Promise<TokenClaims | undefined> {
  try {
    return tokens && claimsOf((await tokens.access(signal)).accessToken);
  } catch (error) {
    if (error instanceof ConnectorError) return undefined;
    throw error;
  }
}

/** The login saw the 401; what Graph said stands in its evidence. */
function aboutToken(error: ConnectorError, { method, operation }: RefusedRequest, { clock }: Context): ConnectorError {
  const answer = { status: 401, headers: {}, body: jsonOf(error.evidence["answer"]) };
  const told = graphError(answer, operation, method !== "GET", clock.now());
  const { remote } = error;
  const { answer: _, ...evidence } = error.evidence;
  return told.with({
    effect: error.effect,
    evidence,
    remote: {
      ...told.remote,
      ...(remote?.requestId === undefined ? {} : { requestId: remote.requestId }),
      service: "MSGraph",
    },
  });
}

function jsonOf(text: unknown): Value | undefined {
  if (typeof text !== "string") return undefined;
  try {
    return JSON.parse(text) as Value;
  } catch (error) {
    // Cut short: its words still tell.
    if (error instanceof SyntaxError) return { error: { code: "InvalidAuthenticationToken", message: text } };
    throw error;
  }
}

/** What Exchange Online says for an application access policy. */
const policyText = /AppOnly AccessPolicy|\[RAOP\]/i;

function aboutPermission(error: ConnectorError, { method, path }: RefusedRequest, claims: TokenClaims | undefined) {
  const need = permissionNeed(method, path, claims);
  const isApplication = claims !== undefined && claims.scopes.length === 0;
  const known = claims === undefined ? {} : { granted: [...claims.roles, ...claims.scopes] };
  if (policyText.test(error.message) || (isApplication && need?.isHeld === true)) return outOfScope(error, known);
  if (need === undefined) return error.with({ evidence: { ...error.evidence, ...known } });
  if (need.isHeldShared) return notShared(error, known);
  const missing = need.isHeld ? `${need.permission}.Shared` : need.permission;
  const kind = isApplication ? "application permission" : "permission";
  const what = need.isHeld
    ? `The token holds ${need.permission} for its user's own mailbox; another's needs ${missing}.`
    : `The token lacks the ${kind} ${missing}.`;
  return retold(error, "GRAPH_PERMISSION_MISSING", `${what} ${error.message}`, { ...known, missing });
}

const notShared = (error: ConnectorError, known: Readonly<Record<string, unknown>>): ConnectorError =>
  retold(
    error,
    "GRAPH_MAILBOX_NOT_SHARED",
    `The token is good for shared mailboxes, but this one is not shared with its user. ${error.message}`,
    known,
    "UserId",
  );

const outOfScope = (error: ConnectorError, known: Readonly<Record<string, unknown>>): ConnectorError =>
  retold(
    error,
    "GRAPH_MAILBOX_OUT_OF_SCOPE",
    `The application holds the permission, but the tenant does not let it into this mailbox. ${error.message}`,
    known,
    "UserId",
  );

function retold(
  error: ConnectorError,
  causeCode: string,
  message: string,
  known: Readonly<Record<string, unknown>>,
  target?: string,
): ConnectorError {
  const { code, effect, retry, waitMs, remote, cause } = error;
  return new ConnectorError(code, message, {
    causeCode,
    effect,
    retry,
    cause,
    evidence: { ...error.evidence, ...known },
    ...(waitMs === undefined ? {} : { waitMs }),
    ...(remote === undefined ? {} : { remote }),
    ...(target === undefined ? {} : { target }),
  });
}
