/**
 * Exchange writes characters XML 1.0 forbids as references (`&#x1F;`, also halves of surrogate pairs), and a strict
 * parser stops there. Before parsing they become a stand-in between two noncharacters, after it the character again.
 * Text that really holds the first noncharacter gets a stand-in too, so the way back is unambiguous.
 */
const opening = "\uFDD0";
const closing = "\uFDD1";
const reference = /&#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));/g;
const longestReference = 12;

const isForbidden = (code: number): boolean =>
  code < 0x20
    ? code !== 0x9 && code !== 0xa && code !== 0xd
    : (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff;

const standInFor = (code: number): string => `${opening}${code.toString(16)}${closing}`;

/** Rewrites forbidden references chunk by chunk; keeps back the start of a reference cut by a chunk's end. */
export class ReferenceFilter {
  #held = "";
  /** True once a stand-in was made: only then does text need `restore`. */
  used = false;

  next(chunk: string): string {
    let whole = this.#held === "" ? chunk : this.#held + chunk;
    this.#held = "";
    const ampersand = whole.lastIndexOf("&");
    if (ampersand >= 0 && whole.length - ampersand < longestReference && !whole.includes(";", ampersand)) {
      this.#held = whole.slice(ampersand);
      whole = whole.slice(0, ampersand);
    }
    return this.#rewrite(whole);
  }

  /** What was kept back when the input ended. */
  rest(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }

  #rewrite(whole: string): string {
    let out = whole;
    if (out.includes(opening)) {
      this.used = true;
      out = out.replaceAll(opening, standInFor(opening.charCodeAt(0)));
    }
    if (!out.includes("&#")) return out;
    return out.replace(reference, (match, hex: string | undefined, decimal: string | undefined) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      if (!isForbidden(code) && code !== opening.charCodeAt(0)) return match;
      this.used = true;
      return standInFor(code);
    });
  }
}

const standIn = /\uFDD0([0-9a-f]{1,6})\uFDD1/g;

/** Stand-ins back to characters. */
export function restore(value: string): string {
  if (!value.includes(opening)) return value;
  return value.replace(standIn, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
