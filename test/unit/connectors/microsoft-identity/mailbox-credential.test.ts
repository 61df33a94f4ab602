import { describe, expect, test } from "vitest";
import { type HttpClient, Secret, type TokenSet, type TokenSource } from "#spi";
import { boundToUser } from "../../../../connectors/microsoft-identity/mailbox-credential.ts";

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
const mismatch = expect.objectContaining({ code: "AUTHENTICATION_FAILED", causeCode: "OAUTH_MAILBOX_MISMATCH" });

describe("a connection that names a User", () => {
  const bound = (source: TokenSource) => boundToUser(source, { grant: "code", user: "ann@corp.example" });

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

test("without a User, or for an application, any account will do", async () => {
  const source = sourceOf(tokensOf("bob@corp.example"));
  expect(boundToUser(source, { grant: "code" })).toBe(source);
  expect(boundToUser(source, { grant: "client", user: "ann@corp.example" })).toBe(source);
});
