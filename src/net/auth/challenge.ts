/** One challenge of WWW-Authenticate or Proxy-Authenticate. */
export interface Challenge {
  /** As the server spelt it. */
  readonly scheme: string;
  /** The single token of Negotiate and NTLM. */
  readonly token?: string;
  /** Parameters by lower-case name, unquoted. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** More challenges or parameters than any server sends. */
const limit = 50;

/**
 * Reads challenges of RFC 9110 section 11.6.1: several in one header or in several headers, quoted and bare parameters.
 * A comma separates both challenges and parameters, so a new challenge is told by a scheme that is not followed by `=`.
 */
export function parseChallenges(values: readonly string[]): readonly Challenge[] {
  return values.slice(0, limit).flatMap(challengesIn);
}

/** The challenge of that scheme, if offered. */
export const challengeOf = (challenges: readonly Challenge[], scheme: string): Challenge | undefined =>
  challenges.find((challenge) => challenge.scheme.toLowerCase() === scheme);

const pieces =
  /[\s,]*(?:([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))(?=\s*(?:,|$))|([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?:[ \t]+([A-Za-z0-9._~+/-]+=*)(?=\s*(?:,|$)))?)/y;

function challengesIn(value: string): Challenge[] {
  const found: { scheme: string; token?: string; parameters: Record<string, string> }[] = [];
  pieces.lastIndex = 0;
  for (let count = 0; count < limit * 4; count++) {
    const match = pieces.exec(value);
    if (match === null) break;
    const [, name, quoted, bare, scheme, token] = match;
    const current = found.at(-1);
    if (scheme !== undefined) {
      found.push({ scheme, ...(token === undefined ? {} : { token }), parameters: Object.create(null) });
    } else if (name !== undefined && current !== undefined) {
      current.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "";
    }
  }
  return found;
}
