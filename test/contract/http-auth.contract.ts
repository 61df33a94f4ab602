import { describe, expect, test } from "vitest";
import type { HttpAuthentication, TransportOptions } from "#spi";
import type { Transport, TransportParts } from "../../src/net/client.ts";
import { get, post, transport } from "../unit/net/support.ts";

/** A server that asks for one scheme, and the credentials it knows. */
export interface GuardedServer {
  readonly url: string;
  readonly right: HttpAuthentication;
  readonly wrong: HttpAuthentication;
  /** A scheme the server does not offer. */
  readonly foreign: HttpAuthentication;
  readonly options?: Partial<TransportOptions>;
  readonly parts?: Partial<TransportParts>;
  /** What the server says about a request it let in. */
  check?(answer: string, body: string): void;
}

/** What holds for every scheme, whoever the server is. */
export function httpAuthContract(title: string, start: () => Promise<GuardedServer>): void {
  const open = (server: GuardedServer, authentication: HttpAuthentication): Transport => {
    const { origin } = new URL(server.url);
    return transport({ ...server.options, authentication, credentialOrigins: [origin] }, server.parts);
  };

  describe(`authentication at ${title}`, () => {
    test("right credentials: each body arrives whole, one after the other and at once", async () => {
      const server = await start();
      const { http } = open(server, server.right);
      const send = async (body: string) => {
        const answer = await http.request(post(server.url, body));
        const text = await answer.text();
        expect(answer.status, text).toBe(200);
        server.check?.(text, body);
      };
      for (const body of ["<one/>", "<two/>", "x".repeat(100_000)]) await send(body);
      await Promise.all(Array.from({ length: 12 }, (_, at) => send(`<at-once>${at}</at-once>`)));
    });

    test("wrong credentials: told once, nothing happened, no repetition", async () => {
      const server = await start();
      await expect(open(server, server.wrong).http.request(post(server.url, "x"))).rejects.toMatchObject({
        code: "AUTHENTICATION_FAILED",
        retry: "never",
        effect: "none",
        causeCode: expect.stringMatching(/_REFUSED$|^KERBEROS_PASSWORD_WRONG$/),
      });
    });

    test("a request without credentials is not let in by the logins of others", async () => {
      const server = await start();
      const { http } = open(server, server.right);
      await (await http.request(get(server.url))).discard();
      const answer = await http.request(get(server.url, { credentials: false }));
      expect(answer.status).toBe(401);
      await answer.discard();
    });

    test("a scheme the server does not offer is told with those it does", async () => {
      const server = await start();
      await expect(open(server, server.foreign).http.request(get(server.url))).rejects.toMatchObject({
        code: "AUTHENTICATION_FAILED",
        causeCode: "SCHEME_NOT_OFFERED",
        target: "AuthScheme",
        evidence: { offered: expect.arrayContaining([expect.any(String)]) },
      });
    });
  });
}
