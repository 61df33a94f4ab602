import { type AccessTokens, Secret } from "#spi";
import { digestServer } from "../unit/net/digest-server.ts";
import { ntlmServer } from "../unit/net/ntlm-server.ts";
import { bodyOf, serveHttp } from "../unit/net/support.ts";
import { httpAuthContract } from "./http-auth.contract.ts";

const login = (scheme: "basic" | "digest" | "ntlm", user: string, password: string) =>
  ({ scheme, user, password: new Secret(password) }) as const;

async function headerServer(accepted: string, challenge: string) {
  const { origin } = await serveHttp(async (request, response) => {
    const body = await bodyOf(request);
    const isIn = request.headers.authorization === accepted;
    response.writeHead(isIn ? 200 : 401, isIn ? {} : { "www-authenticate": challenge }).end(body);
  });
  return origin;
}

httpAuthContract("a Basic server", async () => {
  const value = Buffer.from("jörg:Pässwörd").toString("base64");
  return {
    url: await headerServer(`Basic ${value}`, 'Basic realm="x", charset="UTF-8"'),
    right: login("basic", "jörg", "Pässwörd"),
    wrong: login("basic", "jörg", "nonsense"),
    foreign: login("digest", "jörg", "Pässwörd"),
  };
});

const tokens = (value: string): AccessTokens => ({
  access: async () => ({ accessToken: new Secret(value) }),
  invalidate: async () => false,
});

httpAuthContract("a Bearer server", async () => {
  const bearer = { scheme: "bearer" } as const;
  const parts = { tokens: tokens("good") };
  return {
    url: await headerServer("Bearer good", 'Bearer error="invalid_token"'),
    right: bearer,
    // The same scheme: the token that is handed out makes the difference.
    get wrong() {
      parts.tokens = tokens("bad");
      return bearer;
    },
    foreign: login("ntlm", "a", "b"),
    parts,
  };
});

httpAuthContract("a Digest server", async () => {
  const { origin } = await digestServer({ algorithm: "SHA-256-sess" });
  return {
    url: origin,
    right: login("digest", "jörg", "Pässwörd"),
    wrong: login("digest", "jörg", "nonsense"),
    foreign: login("basic", "jörg", "Pässwörd"),
  };
});

httpAuthContract("an NTLM server", async () => {
  const { origin } = await ntlmServer();
  return {
    url: origin,
    right: login("ntlm", "DOM\\jörg", "Pässwörd-€3"),
    wrong: login("ntlm", "DOM\\jörg", "nonsense"),
    foreign: login("digest", "jörg", "Pässwörd"),
  };
});
