import { describe, expect, test } from "vitest";
import { type HttpClient, Secret, type TokenSet, type TokenSource } from "#spi";
import { boundToUser, requireOwnLogin } from "../../../../connectors/microsoft-identity/mailbox-credential.ts";

const http: HttpClient = { request: () => Promise.reject(new Error("nothing is asked here")) };
const signal = new AbortController().signal;
const tokensOf = (account?: string): TokenSet => ({
  accessToken: new Secret("t"),
  ...(account === undefined ? {} : { account }),
});
const sourceOf = (renewed: TokenSet, given?: TokenSet): TokenSource => ({
  fingerprint: "f",
  ...(given === undefined ? {} : { given }),
  canRenew: () => true,
  renew: async () => renewed,
  codeFlow: { authorizationUrl: async ({ loginHint }) => String(loginHint), redeem: async () => renewed },
});
const redemption = { redirectUri: "r", code: new Secret("c"), codeVerifier: new Secret("v") };
const mismatch = expect.objectContaining({ code: "CONFLICT", causeCode: "MAILBOX_IDENTITY_MISMATCH" });

describe("a connection that sends as the User it names", () => {
  const bound = (source: TokenSource) =>
    boundToUser(source, { grant: "code", user: "ann@corp.example", schema: "SMTP" });

  test("takes tokens of that account, whatever its case, and opaque ones", async () => {
    for (const account of ["ANN@corp.example", undefined])
      expect(await bound(sourceOf(tokensOf(account))).renew(undefined, http, signal)).toEqual(tokensOf(account));
  });

  test("refuses those of another, by renewal and by sign-in, and names both", async () => {
    const source = bound(sourceOf(tokensOf("bob@corp.example")));
    await expect(source.renew(undefined, http, signal)).rejects.toEqual(mismatch);
    await expect(source.codeFlow?.redeem(redemption, http, signal)).rejects.toThrow(
      /ann@corp\.example.*bob@corp\.example/,
    );
  });

  test("never hands out a given token of another", async () => {
    const source = bound(sourceOf(tokensOf("ann@corp.example"), tokensOf("bob@corp.example")));
    expect(source.given).toBeUndefined();
    await expect(source.renew(undefined, http, signal)).rejects.toEqual(mismatch);
  });

  test("suggests the account at sign-in", async () => {
    const request = { redirectUri: "r", state: "s", codeChallenge: "c" };
    expect(await bound(sourceOf(tokensOf())).codeFlow?.authorizationUrl(request)).toBe("ann@corp.example");
  });
});

test("one that reads mailboxes suggests the User at sign-in and takes whoever signs in", async () => {
  const source = boundToUser(sourceOf(tokensOf("bob@corp.example")), {
    grant: "code",
    user: "ann@corp.example",
    schema: "MSGraph",
  });
  const request = { redirectUri: "r", state: "s", codeChallenge: "c" };
  expect(await source.codeFlow?.authorizationUrl(request)).toBe("ann@corp.example");
  expect(await source.renew(undefined, http, signal)).toMatchObject({ account: "bob@corp.example" });
});

describe("the login required for actions on mailboxes", () => {
  const user = "ann@corp.example";
  const tokens = (account?: string) => ({ access: async () => tokensOf(account), invalidate: async () => false });
  const login = (account: string | undefined, aliases: readonly string[] = [], grant: "code" | "client" = "code") =>
    requireOwnLogin({ grant, user }, tokens(account), async () => aliases, signal);

  test("is the User's, by any of its names, or one that tells no account", async () => {
    await login("Ann@Corp.Example");
    await login(undefined);
    await login("a.smith@corp.example", ["ANN@corp.example"]);
    await login("bob@corp.example", [], "client");
  });

  test("is refused as another's, with both names", async () => {
    await expect(login("bob@corp.example", ["robert@corp.example"])).rejects.toEqual(mismatch);
    await expect(login("bob@corp.example")).rejects.toThrow(/ann@corp\.example.*bob@corp\.example/);
  });
});

test("without a User, or for an application, any account will do", async () => {
  const source = sourceOf(tokensOf("bob@corp.example"));
  expect(boundToUser(source, { grant: "code", schema: "SMTP" })).toBe(source);
  expect(boundToUser(source, { grant: "client", user: "ann@corp.example", schema: "SMTP" })).toBe(source);
});
