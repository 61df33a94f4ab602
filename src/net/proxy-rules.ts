import ipaddr from "ipaddr.js";
import { type ProxyOptions, Secret } from "#spi";
import { failure } from "./failures.ts";
import { canonicalHost, hostPattern, isAddress } from "./hosts.ts";

/** The agent's own proxy: AGENT_PROXY_URL (which may carry a login) and AGENT_NO_PROXY. */
export interface AgentProxy {
  readonly url: Secret;
  readonly exceptions: readonly string[];
}

/** A proxy ready to be dialled. */
export interface ProxyRoute {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly authentication: ProxyOptions["authentication"];
  readonly user: string | undefined;
  readonly password: Secret | undefined;
  /** The owner of the machine named it, so egress rules are not asked about the proxy itself. */
  readonly isAgents: boolean;
}

/** The proxy for a target, or undefined when it is reached directly. */
export type ProxyRules = (host: string, port: number) => ProxyRoute | undefined;

/** Compiles what a connection says about proxies. */
export function proxyRules(proxy: ProxyOptions | "agent" | undefined, agent: AgentProxy | undefined): ProxyRules {
  if (proxy === undefined) return () => undefined;
  if (proxy === "agent") return agent === undefined ? () => undefined : agentRules(agent);
  const { authentication, user, password } = proxy;
  const tls = proxy.tls === "always" || (proxy.tls === "auto" && proxy.port === 443);
  const host = canonicalHost(proxy.host);
  return except(proxy.exceptions, { host, port: proxy.port, tls, authentication, user, password, isAgents: false });
}

function agentRules({ url, exceptions }: AgentProxy): ProxyRules {
  const parsed = URL.parse(url.reveal());
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw failure("HOST_INVALID", "The agent's proxy (AGENT_PROXY_URL) is no http or https URL.");
  }
  const tls = parsed.protocol === "https:";
  const user = decodeURIComponent(parsed.username);
  const login = user === "" ? undefined : { user, password: new Secret(decodeURIComponent(parsed.password)) };
  return except(exceptions, {
    host: canonicalHost(parsed.hostname),
    port: parsed.port === "" ? (tls ? 443 : 80) : Number(parsed.port),
    tls,
    authentication: login === undefined ? "none" : "basic",
    user: login?.user,
    password: login?.password,
    isAgents: true,
  });
}

function except(exceptions: readonly string[], route: ProxyRoute): ProxyRules {
  const tests = exceptions.map((entry) => entry.trim()).filter((entry) => entry !== "");
  const isExcepted = tests.map(exceptionTest);
  return (host, port) => (isExcepted.some((test) => test(host, port)) ? undefined : route);
}

/** Host patterns as browsers know them: `*`, `.domain`, CIDR, `host:port`, and `<local>` for names without a dot. */
function exceptionTest(entry: string): (host: string, port: number) => boolean {
  if (entry === "<local>") return (host) => !host.includes(".") && !host.includes(":");
  if (ipaddr.isValidCIDR(entry)) {
    const [network, bits] = ipaddr.parseCIDR(entry);
    return (host) => {
      const address = isAddress(host) ? ipaddr.process(host) : undefined;
      return address?.kind() === network.kind() && address.match([network, bits] as never);
    };
  }
  const [, name = entry, port] = /^([^:]+|\[.*\]):(\d+)$/.exec(entry) ?? [];
  const bare = name.replace(/^\[(.*)\]$/, "$1");
  const test = isAddress(bare) ? (host: string) => host === canonicalHost(bare) : hostPattern(bare);
  return (host, actual) => test(host) && (port === undefined || Number(port) === actual);
}
