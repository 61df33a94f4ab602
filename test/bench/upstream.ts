// A fake upstream for measuring: EWS and Graph over one mailbox on one port, any credentials, all bytes made beforehand.
// `/__settings` sets items, delayMs and concurrency and sets the counters back; `/__stats` tells what was asked.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Counters } from "./fake/counters.ts";
import { busyFault } from "./fake/ews-markup.ts";
import { type Exchange, ewsExchange, graphExchange } from "./fake/exchanges.ts";
import { FakeMailbox } from "./fake/mailbox.ts";

export interface FakeSettings {
  /** How many messages the mailbox seems to have. */
  readonly items: number;
  /** Added to each answer. */
  readonly delayMs: number;
  /** More requests in flight than this are refused as busy; 0 is no limit. */
  readonly concurrency: number;
}

const mailbox = new FakeMailbox(Number(process.argv[2] ?? 10_000));
const counters = new Counters();
let settings: FakeSettings = { items: mailbox.size, delayMs: 0, concurrency: 0 };

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function send(response: ServerResponse, status: number, type: string, body: Buffer | string): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

/** Answers once the delay is over, unless too much is in flight. */
function answer(response: ServerResponse, { operation, rows, type, parts }: Exchange): void {
  const end = counters.begin(operation, rows);
  response.once("close", end);
  if (settings.concurrency > 0 && counters.inFlight > settings.concurrency) {
    counters.refused += 1;
    if (type === "application/json") send(response, 429, type, '{"error":{"code":"TooManyRequests","message":"busy"}}');
    else send(response, 500, type, busyFault);
    return;
  }
  const body = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  if (settings.delayMs === 0) send(response, 200, type, body);
  else setTimeout(() => send(response, 200, type, body), settings.delayMs);
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
  const body = request.method === "GET" ? "" : await textOf(request);
  if (url.pathname === "/__stats") {
    send(response, 200, "application/json", JSON.stringify(counters.stats()));
  } else if (url.pathname === "/__settings") {
    settings = { ...settings, ...(JSON.parse(body) as Partial<FakeSettings>) };
    counters.reset();
    send(response, 200, "application/json", "{}");
  } else if (url.pathname.endsWith("/messages")) {
    answer(response, graphExchange(mailbox, url, settings.items));
  } else {
    const exchange = ewsExchange(mailbox, body, settings.items);
    if (exchange === undefined) send(response, 404, "text/plain", "The fake does not know this request.");
    else answer(response, exchange);
  }
}

const server = createServer((request, response) => {
  handle(request, response).catch((error: unknown) => response.destroy(error as Error));
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.once("SIGTERM", () => process.exit(0));
