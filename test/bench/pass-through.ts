// A raw node:http server: what the least possible service would cost. POST /findItem asks the fake for one item, GET
// /messages likewise in Graph, anything else is answered with the bytes it was given.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent, request } from "undici";

const upstream = process.argv[2] ?? "";
const agent = new Agent({ keepAliveTimeout: 60_000 });

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "GET", url = "/", headers } = incoming;
  const body = await bytesOf(incoming);
  if (url.startsWith("/livez")) {
    response.writeHead(200, { "content-type": "application/json; charset=utf-8" });
    response.end(JSON.stringify({ status: "ok" }));
    return;
  }
  const answer = await request(`${upstream}${url}`, {
    method: method as "GET" | "POST",
    headers: { authorization: headers.authorization ?? "", "content-type": headers["content-type"] ?? "text/plain" },
    ...(method === "POST" && { body }),
    dispatcher: agent,
  });
  response.writeHead(answer.statusCode, { "content-type": String(answer.headers["content-type"]) });
  response.end(Buffer.from(await answer.body.arrayBuffer()));
}

const server = createServer((incoming, response) => {
  handle(incoming, response).catch((error: unknown) => response.destroy(error as Error));
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
