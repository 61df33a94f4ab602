import type { ConnectorDefinition, Mistake } from "#spi";
import type { ConnectionInput, UrlBuilder } from "./use-cases.ts";

/** The address its parts make. */
export function builtUrl({ protocol = "https", host, port, basePath = "" }: UrlBuilder): string {
  const path = basePath === "" || basePath.startsWith("/") ? basePath : `/${basePath}`;
  return `${protocol}://${host}${port === undefined ? "" : `:${port}`}${path}`;
}

/**
 * The input with the property that holds the URL made of its parts. The property itself may come back as it was read;
 * another value beside the parts is a mistake, and so are parts for a connector that has no such property.
 */
export function withBuiltUrl(
  { urlProperty, displayName }: Pick<ConnectorDefinition, "urlProperty" | "displayName">,
  input: ConnectionInput,
  stored: Readonly<Record<string, unknown>> = {},
): { readonly input: ConnectionInput; readonly mistakes: readonly Mistake[] } {
  const { urlBuilder } = input;
  if (urlBuilder === undefined) return { input, mistakes: [] };
  if (urlProperty === undefined)
    return { input, mistakes: [mistake(`${displayName} has no URL that could be built.`)] };
  const url = builtUrl(urlBuilder);
  const typed = input.properties[urlProperty];
  // A host with one of these would lead elsewhere than it says, or carry a login.
  const isPlainHost = !/[/\\?#@\s]/.test(urlBuilder.host);
  const mistakes = URL.canParse(url) && isPlainHost ? [] : [mistake(`${url} is no URL.`)];
  if (typed !== undefined && typed !== null && typed !== "" && typed !== url && typed !== stored[urlProperty])
    mistakes.push(
      mistake(`${urlProperty} is ${JSON.stringify(typed)}, but the URL builder makes ${url}: leave one of them out.`),
    );
  return { input: { ...input, properties: { ...input.properties, [urlProperty]: url } }, mistakes };
}

const mistake = (detail: string): Mistake => ({ pointer: "/urlBuilder", code: "INVALID_PROPERTY", detail });
