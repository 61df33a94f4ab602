import type { IncomingMessage } from "node:http";
import type { Organisation } from "./mailboxes/index.ts";

/** A proxy before the sandbox that authenticates senders and names them in `X-Auth-User`. */
export interface TrustedProxy {
  /** Who a request comes from that the proxy let pass without a user; nobody unless given. */
  readonly anonymous?: string;
}

/**
 * Believes the proxy, and no other login: for a sandbox nobody reaches but through it. The user is `user`,
 * `DOMAIN\user`, or `user@REALM`, which is a Kerberos principal and no address: only the name counts.
 */
export function believeProxy(organisation: Organisation, { anonymous = "" }: TrustedProxy) {
  return async (request: IncomingMessage): Promise<false> => {
    const header = String(request.headers["x-auth-user"] ?? "");
    // node reads headers as Latin-1; the proxy writes UTF-8
    const login = Buffer.from(header, "latin1").toString("utf8") || anonymous;
    const [name = ""] = login.slice(login.indexOf("\\") + 1).split("@");
    const account = organisation.account(`${name}@${organisation.domain}`);
    delete request.headers.authorization;
    if (account?.password !== undefined)
      request.headers.authorization = `Basic ${btoa(`${account.address}:${account.password}`)}`;
    return false;
  };
}
