import { invalidProperty } from "#spi";

const defaultPath = "/EWS/Exchange.asmx";

/**
 * The EWS endpoint that property Server names: a host, host and port, or a URL; without a path it is Exchange's own.
 * Errors: INVALID_PROPERTY.
 */
export function ewsEndpoint(server: string): string {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(server) ? server : `https://${server}`;
  const url = URL.parse(text);
  if (url === null || url.hostname === "") throw refused("is neither a host name nor a URL");
  if (url.protocol !== "https:" && url.protocol !== "http:") throw refused("must be an http or https address");
  if (url.username !== "" || url.password !== "") throw refused("holds a login: put it into User and Password");
  if (url.search !== "" || url.hash !== "") throw refused("has no query and no fragment");
  if (url.pathname === "/" || url.pathname === "") url.pathname = defaultPath;
  return url.href;
}

const refused = (what: string) =>
  invalidProperty("Server", `Server ${what}. Example: mail.example.com or https://mail.example.com${defaultPath}.`);
