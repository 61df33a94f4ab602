import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What the server saw. */
export interface Tally {
  calls: number;
  reuse: number;
  firstAt: number;
  lastAt: number;
}

/** A strict identity provider over HTTP: a refresh token is good once; a second use revokes the grant for good. */
export async function startRotatingServer(lifeMs: number): Promise<{ url: string; tally: Tally; server: Server }> {
  const tally: Tally = { calls: 0, reuse: 0, firstAt: 0, lastAt: 0 };
  let number = 0;
  let isRevoked = false;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      tally.calls += 1;
      tally.lastAt = performance.now();
      if (tally.calls === 1) tally.firstAt = tally.lastAt;
      if (Buffer.concat(chunks).toString() !== `refresh ${number}`) {
        tally.reuse += 1;
        isRevoked = true;
      }
      if (!isRevoked) number += 1;
      const body = isRevoked
        ? { error: "invalid_grant" }
        : { accessToken: `access ${number}`, refreshToken: `refresh ${number}`, lifeMs };
      // As slow as a provider on the next continent, so that callers pile up.
      setTimeout(() => response.writeHead(isRevoked ? 400 : 200).end(JSON.stringify(body)), 30);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, tally, server };
}
