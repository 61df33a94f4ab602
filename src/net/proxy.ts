import type { Socket } from "node:net";
import { asConnectorError, ConnectorError } from "#spi";
import { parseChallenges } from "./auth/challenge.ts";
import type { ProxyLogin } from "./auth/proxy-login.ts";
import { type ConnectAnswer, readConnectAnswer } from "./connect-answer.ts";
import { codeOf, failure } from "./failures.ts";
import { authority } from "./hosts.ts";
import type { WireLimits } from "./limits.ts";
import type { ProxyRoute } from "./proxy-rules.ts";
import { withinTime } from "./resolve.ts";

export interface TunnelParts {
  /** Opens a socket to the proxy, TLS included. */
  readonly dialProxy: () => Promise<Socket>;
  readonly login: ProxyLogin;
  readonly limits: WireLimits;
}

/** Login legs of the longest scheme (NTLM: bare, negotiate, authenticate) and one more for a socket that was closed. */
const maxLegs = 4;

/** A socket through the proxy to the target, made by CONNECT; whatever the proxy says, it is never taken for the server's answer. */
export async function openTunnel(route: ProxyRoute, host: string, port: number, parts: TunnelParts): Promise<Socket> {
  const target = authority(host, port);
  let socket = await parts.dialProxy();
  try {
    let header = await parts.login.first(target);
    for (let leg = 1; leg <= maxLegs; leg++) {
      const answer = await withinTime(ask(socket, target, header, parts.limits), parts.limits.proxyMs, () =>
        failure("PROXY_UNREACHABLE", `The proxy ${route.host} did not answer to CONNECT in time.`),
      );
      if (answer.status >= 200 && answer.status < 300) return socket;
      const next = answer.status === 407 ? await parts.login.next(challengesOf(answer), target) : undefined;
      if (next === undefined) throw refusal(route, target, answer, header !== undefined);
      header = next;
      if (!answer.reusable) {
        socket.destroy();
        socket = await parts.dialProxy();
      }
    }
    throw failure("PROXY_LOGIN_WRONG", `The proxy ${route.host} kept asking for a login.`, { retry: "never" });
  } catch (error) {
    socket.on("error", () => undefined).destroy();
    throw proxyFailure(route, error);
  }
}

async function ask(
  socket: Socket,
  target: string,
  header: string | undefined,
  limits: WireLimits,
): Promise<ConnectAnswer> {
  const login = header === undefined ? "" : `Proxy-Authorization: ${header}\r\n`;
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${login}\r\n`, "latin1");
  return readConnectAnswer(socket, limits.headerBytes);
}

const challengesOf = (answer: ConnectAnswer) => parseChallenges(answer.header("proxy-authenticate"));

function refusal(route: ProxyRoute, target: string, answer: ConnectAnswer, sentLogin: boolean): ConnectorError {
  const { status } = answer;
  const offered = challengesOf(answer).map(({ scheme }) => scheme);
  const options = { evidence: { status, offered }, remote: { service: "Proxy", status } as const };
  const never = { ...options, retry: "never" } as const;
  const proxy = `The proxy ${authority(route.host, route.port)}`;
  // tinyproxy answers 401, not 407, to a wrong password.
  if (status === 407 || status === 401) {
    const wanted = route.authentication;
    const isOffered = offered.some((scheme) => scheme.toLowerCase() === wanted);
    if (sentLogin && (isOffered || offered.length === 0 || status === 401)) {
      return failure("PROXY_LOGIN_WRONG", `${proxy} refused user and password.`, never);
    }
    if (wanted === "none")
      return failure("PROXY_LOGIN_NEEDED", `${proxy} asks for a login (${offered.join(", ")}).`, never);
    return failure(
      "PROXY_SCHEME_NOT_OFFERED",
      `${proxy} does not offer ${wanted}; it offers ${offered.join(", ")}.`,
      never,
    );
  }
  if (status === 403 || status === 405)
    return failure("PROXY_FORBIDS", `${proxy} forbids CONNECT to ${target}.`, never);
  if (status >= 500) return failure("PROXY_CANNOT_REACH", `${proxy} cannot reach ${target} (${status}).`, options);
  return failure("PROXY_PROTOCOL", `${proxy} answered ${status} to CONNECT.`, options);
}

function proxyFailure(route: ProxyRoute, error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const code = codeOf(error);
  if (code === "") return asConnectorError(error);
  const proxy = authority(route.host, route.port);
  const what = code.startsWith("HPE_") ? "answered something that is not HTTP" : `cut the connection (${code})`;
  return failure("PROXY_PROTOCOL", `The proxy ${proxy} ${what}.`, { cause: error });
}
