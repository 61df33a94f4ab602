import type { FullSandbox } from "../../../../connectors/microsoft-exchange/sandbox/full-sandbox.ts";

/** Asks the sandbox's authority itself, as a person with another tool would. */
export async function tokensOf(
  { identity, description: { authority, app } }: FullSandbox,
  form: Readonly<Record<string, string>>,
): Promise<{ readonly access_token: string; readonly refresh_token: string }> {
  const answer = await identity.face({
    method: "POST",
    url: new URL(`${authority}/${app.tenant}/oauth2/v2.0/token`),
    headers: {},
    body: Buffer.from(
      new URLSearchParams({ client_id: app.clientId, client_secret: app.clientSecret, ...form }).toString(),
    ),
  });
  if (answer?.status !== 200) throw new Error(`no token: ${answer?.body}`);
  return JSON.parse(String(answer.body));
}

export const graphScope = "https://graph.microsoft.com/.default";
export const exchangeScope = "https://outlook.office365.com/.default";

/** An application's token, or one of a person with a refresh token. */
export const applicationToken = (sandbox: FullSandbox, scope: string) =>
  tokensOf(sandbox, { grant_type: "client_credentials", scope });
export const personToken = (sandbox: FullSandbox, scope: string, username = "alice@sandbox.example") =>
  tokensOf(sandbox, { grant_type: "password", scope: `${scope} offline_access`, username, password: "sandbox" });
