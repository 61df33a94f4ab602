import http, { type IncomingMessage, type RequestListener } from "node:http";
import https from "node:https";
import net, { type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { type Clock, type FileAccess, type HttpRequest, type Log, Secret, type TransportOptions } from "#spi";
import { openTransport, type Transport, type TransportParts } from "../../../src/net/client.ts";
import { egressRules } from "../../../src/net/egress.ts";
import type { Observation, Observer } from "../../../src/net/observe.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { systemRandom } from "../../../src/runtime/random.ts";

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export const noFiles: FileAccess = {
  read: async () => {
    throw new Error("no such file");
  },
  resolve: async () => {
    throw new Error("no such file");
  },
  open: async () => {
    throw new Error("no such file");
  },
  write: async () => {
    throw new Error("read-only");
  },
  writeStream: async () => {
    throw new Error("read-only");
  },
};

export class Recorder implements Observer {
  readonly observations: Observation[] = [];
  observe(observation: Observation): void {
    this.observations.push(observation);
  }
  step(step: Observation["step"]): Observation | undefined {
    return this.observations.find((observation) => observation.step === step);
  }
}

export interface Listening {
  readonly port: number;
  readonly origin: string;
  readonly sockets: Set<Socket>;
}

/** Listens on loopback until the test ends. */
export async function listen(server: net.Server, scheme = "http"): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, origin: `${scheme}://127.0.0.1:${port}`, sockets };
}

export const serveHttp = (listener: RequestListener): Promise<Listening> => listen(http.createServer(listener));
export const serveHttps = (options: https.ServerOptions, listener: RequestListener): Promise<Listening> =>
  listen(https.createServer(options, listener), "https");
export const serveTcp = (take: (socket: Socket) => void): Promise<Listening> => listen(net.createServer(take));

export const loopbackAllowed = egressRules({ allow: ["127.0.0.0/8", "::1"], deny: [] });

export const plainOptions: TransportOptions = {
  authentication: { scheme: "none" },
  credentialOrigins: [],
  tls: {},
  timeoutMs: 10_000,
  concurrency: { perMailbox: 4, perConnection: 8 },
  headers: {},
};

/** A transport that may reach loopback, closed when the test ends. */
export function transport(options: Partial<TransportOptions> = {}, parts: Partial<TransportParts> = {}): Transport {
  const opened = openTransport(
    { ...plainOptions, ...options },
    {
      egress: loopbackAllowed,
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      files: noFiles,
      ...parts,
    },
  );
  onTestFinished(() => opened.close());
  return opened;
}

export const never = new AbortController().signal;

export function get(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: "GET", url, signal: never, operation: "Probe", ...more };
}

export const post = (url: string, body: HttpRequest["body"], more: Partial<HttpRequest> = {}): HttpRequest =>
  get(url, { method: "POST", ...(body === undefined ? {} : { body }), ...more });

export const basic = (password = "open sesame") =>
  ({ scheme: "basic", user: "alice", password: new Secret(password) }) as const;

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** A clock that stands still; `sleep` ends at once and moves it. */
export class FakeClock implements Clock {
  nowMs = 1_000_000;
  readonly sleeps: number[] = [];
  now(): number {
    return this.nowMs;
  }
  async sleep(waitMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.sleeps.push(waitMs);
    this.nowMs += waitMs;
  }
}
