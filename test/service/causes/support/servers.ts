import http from "node:http";
import net, { type Socket } from "node:net";
import { bodyOf, type Listening, listen } from "../../../unit/net/support.ts";

/** One request a server of these tests got, with everything a client could give away. */
export interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string;
}

/** A server that answers everything alike, and remembers what it heard. */
export async function serveAlike(answer: Answer | ((heard: Heard) => Answer)) {
  const heard: Heard[] = [];
  const server = http.createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    const one = { method, url, headers, body: await bodyOf(request) };
    heard.push(one);
    const { status = 200, headers: own = {}, body = "" } = typeof answer === "function" ? answer(one) : answer;
    response.writeHead(status, own).end(body);
  });
  return { ...(await listen(server)), heard };
}

/** A server of bytes that remembers them and does with its sockets what it is told. */
export async function serveBytes(take: (socket: Socket, bytes: Buffer) => void) {
  const heard: Buffer[] = [];
  const server = net.createServer((socket) => {
    socket.on("data", (bytes: Buffer) => {
      heard.push(bytes);
      take(socket, bytes);
    });
  });
  return { ...(await listen(server)), heard: () => Buffer.concat(heard).toString("latin1") };
}

/** A port of loopback where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export const password = "Geheim-123";
const user = "alice@sandbox.example";

/** Nothing that was heard holds the password, plain or as Basic. */
export const holdsCredential = (text: string): boolean =>
  text.includes(password) || text.includes(Buffer.from(`${user}:${password}`).toString("base64"));

/** An on-premises connection to that address. */
export const ewsAt = (server: string, more: Readonly<Record<string, unknown>> = {}) => ({
  Schema: "EWS",
  Platform: "Exchange2013_SP1",
  AuthScheme: "Basic",
  Server: server,
  User: user,
  Password: password,
  ...more,
});

export const ewsPath = "/EWS/Exchange.asmx";
export const ewsOf = ({ origin }: Pick<Listening, "origin">): string => `${origin}${ewsPath}`;
