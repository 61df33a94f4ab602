import { type AccessTokens, type HttpAuthentication, unsupported } from "#spi";
import type { Observer } from "../observe.ts";
import { basicLogin } from "./basic.ts";
import { bearerLogin } from "./bearer.ts";
import type { Login } from "./login.ts";

/** What logins need from the transport. */
export interface LoginParts {
  readonly observer: Observer;
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
    case "bearer":
      if (tokens === undefined) throw new RangeError("bearer authentication needs a token service");
      return bearerLogin(tokens, observer);
    default:
      throw unsupported(`The scheme ${authentication.scheme} is not available.`);
  }
}
