import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createOrganisation } from "./accounts.ts";
import { createEwsHandler } from "./ews/handler.ts";
import type { AuthenticateOptions } from "./ews/principal.ts";
import { Faults, serveFaults } from "./faults.ts";
import type { Organisation } from "./mailboxes/index.ts";
import { believeProxy, type TrustedProxy } from "./trusted-proxy.ts";

export interface SandboxOptions extends AuthenticateOptions {
  clock?: () => Date;
  /** Without the default items. */
  empty?: boolean;
  /** EWS believes the proxy before it, which names the user in `X-Auth-User`, and nobody else. */
  trustProxyUser?: TrustedProxy;
  maxConcurrency?: number;
  findCountLimit?: number;
}

/** Answers requests that are its own; false leaves them to the next. */
export type SandboxHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  scheme: "http" | "https",
) => Promise<boolean>;

/** The state and the faces of a sandbox, before anything listens. */
export interface Sandbox {
  readonly organisation: Organisation;
  readonly faults: Faults;
  /** Handlers in the order they are asked; more may be added. */
  readonly handlers: SandboxHandler[];
  /** Answers any request by the first handler that takes it, else 404. */
  handle(request: IncomingMessage, response: ServerResponse, scheme: "http" | "https"): void;
}

/** Makes a sandbox with its default accounts, EWS and the fault switches. */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const { clock, empty, trustProxyUser, ...ews } = options;
  const organisation = createOrganisation({ ...(clock ? { clock } : {}), seed: empty !== true });
  const faults = new Faults();
  const handlers: SandboxHandler[] = [
    (request, response) => serveFaults(faults, request, response),
    ...(trustProxyUser === undefined ? [] : [believeProxy(organisation, trustProxyUser)]),
    createEwsHandler({ organisation, faults, ...ews }),
  ];
  const handle: Sandbox["handle"] = (request, response, scheme) => {
    answer(handlers, request, response, scheme).catch((error: unknown) => fail(response, error));
  };
  return { organisation, faults, handlers, handle };
}

async function answer(
  handlers: readonly SandboxHandler[],
  request: IncomingMessage,
  response: ServerResponse,
  scheme: "http" | "https",
): Promise<void> {
  for (const handler of handlers) if (await handler(request, response, scheme)) return;
  response.writeHead(404, { "Content-Type": "text/plain" });
  response.end("nothing here");
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(500, { "Content-Type": "text/plain" });
  response.end(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

/** A sandbox that listens. */
export interface RunningSandbox extends Sandbox {
  readonly httpPort: number;
  readonly httpsPort: number | undefined;
  readonly ewsUrl: string;
  stop(): Promise<void>;
}

/** Starts a sandbox on loopback in this process; port 0 takes a free one, https needs a certificate. */
export async function startSandbox(
  options: SandboxOptions & { port?: number; httpsPort?: number; tls?: { key: string; cert: string } } = {},
): Promise<RunningSandbox> {
  const { port, httpsPort, tls, ...rest } = options;
  const sandbox = createSandbox(rest);
  const plain = createHttpServer((request, response) => sandbox.handle(request, response, "http"));
  const secure = tls && createHttpsServer(tls, (request, response) => sandbox.handle(request, response, "https"));
  const httpPort = await listen(plain, port ?? 0);
  const securePort = secure && (await listen(secure, httpsPort ?? 0));
  return {
    ...sandbox,
    httpPort,
    httpsPort: securePort,
    ewsUrl: `http://127.0.0.1:${httpPort}/EWS/Exchange.asmx`,
    stop: async () => {
      await close(plain);
      if (secure) await close(secure);
    },
  };
}

/** Listens on loopback; answers the port. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
