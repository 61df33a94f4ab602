import type { AccessTokens, Clock, FileAccess, HttpAuthentication, Random } from "#spi";
import type { DialParts } from "../dial.ts";
import type { Observer } from "../observe.ts";
import { basicLogin } from "./basic.ts";
import { bearerLogin } from "./bearer.ts";
import { digestLogin } from "./digest-login.ts";
import type { Login } from "./login.ts";
import { negotiateLogin } from "./negotiate-login.ts";
import { ntlmLogin } from "./ntlm-login.ts";

/** What logins need from the transport. */
export interface LoginParts {
  readonly observer: Observer;
  readonly random: Random;
  readonly clock: Clock;
  readonly files: FileAccess;
  readonly dial: DialParts;
  /** Sockets for one origin, where logins belong to the socket. */
  readonly sockets: number;
  readonly tokens: AccessTokens | undefined;
}

/** The login of a scheme; undefined when requests go without. */
export function loginFor(authentication: HttpAuthentication, parts: LoginParts): Login | undefined {
  const { observer, tokens } = parts;
  switch (authentication.scheme) {
    case "none":
      return undefined;
    case "basic":
      return basicLogin(authentication.user, authentication.password, observer);
    case "digest":
      return digestLogin(authentication.user, authentication.password, parts);
    case "ntlm":
      return ntlmLogin(authentication, parts);
    case "bearer":
      if (tokens === undefined) throw new RangeError("bearer authentication needs a token service");
      return bearerLogin(tokens, observer);
    case "negotiate":
      return negotiateLogin(authentication.kerberos, parts);
  }
}
