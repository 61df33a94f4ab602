import type { ProxyRoute } from "../proxy-rules.ts";
import { basicCredentials } from "./basic.ts";
import type { Challenge } from "./challenge.ts";

/** The login of one tunnel; made anew for each, since NTLM and Digest keep state. */
export interface ProxyLogin {
  /** What to send before the proxy has asked. */
  first(target: string): Promise<string | undefined>;
  /** The answer to a 407, or undefined when there is nothing (more) to say. */
  next(challenges: readonly Challenge[], target: string): Promise<string | undefined>;
}

const nothing: ProxyLogin = {
  first: async () => undefined,
  next: async () => undefined,
};

/** The login a route asks for. */
export function proxyLogin({ authentication, user, password }: ProxyRoute): ProxyLogin {
  if (authentication === "none" || user === undefined || password === undefined) return nothing;
  return { ...nothing, first: async () => basicCredentials(user, password) };
}
