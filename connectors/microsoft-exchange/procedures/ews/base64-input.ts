import { invalidQuery } from "#spi";

/** Base64 as inputs give it; blanks and line ends don't count. Errors: INVALID_QUERY. */
export function base64Input(value: string, about: string): string {
  const plain = value.replace(/[\r\n\t ]+/g, "");
  if (plain.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(plain)) return plain;
  throw invalidQuery(`${about} is not base64.`, { target: about });
}
