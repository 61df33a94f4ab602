/** A user name as NTLM sends it. */
export interface Account {
  readonly domain: string;
  readonly user: string;
}

/**
 * `DOMAIN\user` is split; `user@domain` goes whole, with an empty domain, and so does a bare name. The domain is sent
 * as it was typed: directories compute with the spelling the client sent.
 */
export function accountOf(given: string): Account {
  const [domain, ...rest] = given.split("\\");
  if (rest.length === 0 || domain === undefined) return { domain: "", user: given };
  return { domain, user: rest.join("\\") };
}

/** Upper case as Windows knows it: one unit for one unit, so that `ß` stays. */
export const upperCased = (text: string): string =>
  text
    .split("")
    .map((unit) => {
      const upper = unit.toUpperCase();
      return upper.length === 1 ? upper : unit;
    })
    .join("");
