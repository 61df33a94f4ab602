import { type AccessTokens, asConnectorError, type ConnectorError, type Secret, type TokenSet } from "#spi";
import { claimsOf } from "../../microsoft-identity/index.ts";
import type { SmtpCause } from "../causes.ts";
import type { SmtpLogin } from "../config.ts";
import type { Conversation } from "./conversation.ts";
import type { Extensions } from "./extensions.ts";
import { failure, refusal } from "./failure.ts";
import { isPositive, type Reply } from "./reply.ts";

type Basic = Extract<SmtpLogin, { scheme: "basic" }>;
type OAuth = Extract<SmtpLogin, { scheme: "oauth" }>;

const wanted: Readonly<Record<"basic" | "oauth", readonly string[]>> = {
  basic: ["PLAIN", "LOGIN"],
  oauth: ["XOAUTH2"],
};

/** The mechanism for this login, of those the server offers. Errors: AUTHENTICATION_FAILED that lists them. */
export function mechanismFor({ scheme }: Basic | OAuth, { mechanisms }: Extensions, host: string): string {
  const found = wanted[scheme].find((name) => mechanisms.includes(name));
  if (found !== undefined) return found;
  const offered = mechanisms.length === 0 ? "no AUTH at all" : mechanisms.join(", ");
  throw failure(
    "SMTP_AUTH_NOT_OFFERED",
    `AuthScheme ${scheme.toUpperCase()} needs ${wanted[scheme].join(" or ")}; ${host} offers ${offered}.`,
    { evidence: { offered: mechanisms } },
  );
}

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

/** Signs in with user and password. */
export async function signInBasic(conversation: Conversation, login: Basic, mechanism: string): Promise<void> {
  const password = login.password.reveal();
  const plain = base64(`\0${login.user}\0${password}`);
  conversation.hide([plain, base64(password), password]);
  const reply =
    mechanism === "PLAIN"
      ? await conversation.command(`AUTH PLAIN ${plain}`, "AUTH PLAIN", "AUTH PLAIN [secret]")
      : await loginDialogue(conversation, base64(login.user), base64(password));
  if (reply.code === 235) return;
  throw refusedLogin(reply, "SMTP_CREDENTIALS_REFUSED", `The server refuses ${login.user} and the password.`);
}

async function loginDialogue(conversation: Conversation, user: string, password: string): Promise<Reply> {
  const first = await conversation.command("AUTH LOGIN", "AUTH LOGIN");
  if (first.code !== 334) return first;
  const second = await conversation.command(user, "AUTH LOGIN", "[user]");
  if (second.code !== 334) return second;
  return conversation.command(password, "AUTH LOGIN", "[secret]");
}

/**
 * Signs in with an access token (XOAUTH2). A refused token is told to the token service; true means that another one
 * can be had over a new connection.
 */
export async function signInByToken(
  conversation: Conversation,
  login: OAuth,
  token: TokenSet,
  tokens: Pick<AccessTokens, "invalidate">,
): Promise<{ readonly error: ConnectorError; readonly canRepeat: boolean } | undefined> {
  const { accessToken } = token;
  const text = accessToken.reveal();
  const answer = base64(`user=${login.user}\u0001auth=Bearer ${text}\u0001\u0001`);
  conversation.hide([answer, text]);
  const first = await conversation.command(`AUTH XOAUTH2 ${answer}`, "AUTH XOAUTH2", "AUTH XOAUTH2 [secret]");
  // The reason comes as a challenge; the final code follows an empty line.
  const challenge = first.code === 334 ? challengeOf(first) : undefined;
  const reply = first.code === 334 ? await conversation.command("", "AUTH XOAUTH2") : first;
  if (reply.code === 235) return undefined;
  const error = tokenRefusal(reply, login, accessToken, challenge);
  const isTokens = error.code === "AUTHENTICATION_FAILED" && error.causeCode !== "SMTP_AUTH_DISABLED";
  return { error, canRepeat: isTokens && (await tokens.invalidate(accessToken)) };
}

/** What the server says of a refused token: JSON in base64. */
function challengeOf({ lines }: Reply): Readonly<Record<string, unknown>> {
  const text = Buffer.from(lines.join(""), "base64").toString("utf8");
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw asConnectorError(error);
  }
  return { text: text.replaceAll(/[^\x20-\x7e]+/g, " ").slice(0, 300) };
}

function tokenRefusal(
  reply: Reply,
  login: OAuth,
  token: Secret,
  challenge: Readonly<Record<string, unknown>> | undefined,
): ConnectorError {
  const claims = claimsOf(token);
  const { audience, scopes = [], roles = [], expiresAt } = claims ?? {};
  const evidence = {
    ...(challenge === undefined ? {} : { challenge }),
    ...(claims === undefined ? {} : { token: { audience, scopes, roles, expiresAt } }),
  };
  const status = typeof challenge?.["status"] === "string" ? ` (status ${challenge["status"]})` : "";
  const text = `The server refuses the access token for ${login.user}${status}.`;
  const cause = (): SmtpCause => {
    if (claims === undefined || login.audiences === undefined) return "SMTP_TOKEN_REFUSED";
    if (audience !== undefined && !login.audiences.includes(audience.replace(/\/+$/, ""))) return "SMTP_TOKEN_AUDIENCE";
    if (!scopes.includes("SMTP.Send") && !roles.includes("SMTP.SendAsApp")) return "SMTP_TOKEN_SCOPE";
    return roles.includes("SMTP.SendAsApp") ? "SMTP_APP_WITHOUT_MAILBOX" : "SMTP_TOKEN_REFUSED";
  };
  return refusedLogin(reply, cause(), text).with({ evidence });
}

function refusedLogin(reply: Reply, ordinary: SmtpCause, text: string): ConnectorError {
  const told = (cause: SmtpCause, message = text) => refusal(cause, message, "AUTH", reply);
  if (reply.enhanced === "5.7.139") return told("SMTP_AUTH_DISABLED", "SMTP AUTH is switched off for this login.");
  if (reply.enhanced === "5.7.30")
    return told("SMTP_BASIC_NOT_SUPPORTED", "The server no longer takes user and password.");
  if (reply.code >= 400 && reply.code < 500) return told("SMTP_BUSY", "The server cannot take the login now.");
  if (reply.code === 504) return told("SMTP_AUTH_NOT_OFFERED", "The server does not know the mechanism it offered.");
  if (isPositive(reply) || reply.code < 500)
    return told("SMTP_UNEXPECTED_REPLY", "The server answered the login with an unexpected code.");
  return told(ordinary);
}
