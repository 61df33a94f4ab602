/** Longer patterns are refused: the time of a match is bounded by text length times pattern length. */
export const likePatternLimit = 1000;

const anyCharacter = Symbol("_");
/** A run of literal text or one `_`. */
type Token = string | typeof anyCharacter;

/** What is wrong with a LIKE pattern, or undefined. */
export function likePatternMistake(pattern: string): string | undefined {
  if (pattern.length > likePatternLimit) return `A LIKE pattern has at most ${likePatternLimit} characters.`;
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] !== "\\") continue;
    const escaped = pattern[++i];
    if (escaped !== "%" && escaped !== "_" && escaped !== "\\") {
      return "In a LIKE pattern `\\` stands only before `%`, `_` or `\\`; write `\\\\` for the character itself.";
    }
  }
  return undefined;
}

/** The pattern cut at its `%`; each segment is a list of tokens. */
function segmentsOf(pattern: string): readonly (readonly Token[])[] {
  const segments: Token[][] = [[]];
  let text = "";
  const flush = () => {
    if (text !== "") segments.at(-1)!.push(text);
    text = "";
  };
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    if (character === "\\") text += pattern[++i] ?? "";
    else if (character === "%") {
      flush();
      segments.push([]);
    } else if (character === "_") {
      flush();
      segments.at(-1)!.push(anyCharacter);
    } else text += character;
  }
  flush();
  return segments;
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;
/** Is this index inside a surrogate pair, so that no character starts here? */
const splitsPair = (text: string, index: number): boolean =>
  index > 0 && index < text.length && isLow(text.charCodeAt(index)) && isHigh(text.charCodeAt(index - 1));

/** The end of the segment when it stands at `start`, else -1. */
function endAt(segment: readonly Token[], text: string, start: number): number {
  let at = start;
  for (const token of segment) {
    if (token === anyCharacter) {
      if (at >= text.length) return -1;
      at += isHigh(text.charCodeAt(at)) && isLow(text.charCodeAt(at + 1)) ? 2 : 1;
    } else {
      if (!text.startsWith(token, at)) return -1;
      at += token.length;
      if (splitsPair(text, at)) return -1;
    }
  }
  return at;
}

/** The start of the segment when it ends at `end`, else -1. */
function startBefore(segment: readonly Token[], text: string, end: number): number {
  let at = end;
  for (let i = segment.length - 1; i >= 0; i--) {
    const token = segment[i]!;
    if (token === anyCharacter) {
      if (at <= 0) return -1;
      at -= splitsPair(text, at - 1) ? 2 : 1;
    } else {
      if (!text.endsWith(token, at)) return -1;
      at -= token.length;
      if (splitsPair(text, at)) return -1;
    }
    if (at < 0) return -1;
  }
  return at;
}

/** The end of the leftmost place of the segment from `from` on, else -1. */
function endOfNext(segment: readonly Token[], text: string, from: number): number {
  const first = segment[0];
  for (let start = from; start <= text.length; start++) {
    if (typeof first === "string") {
      start = text.indexOf(first, start);
      if (start === -1) return -1;
    }
    if (splitsPair(text, start)) continue;
    const end = endAt(segment, text, start);
    if (end !== -1) return end;
  }
  return -1;
}

/**
 * Compiles a LIKE pattern to a matcher: `%` any text, `_` one character (code point), `\` escapes.
 * Segments between `%` are placed leftmost, which never needs to be taken back. Case is the caller's business.
 */
export function compileLike(pattern: string): (text: string) => boolean {
  const segments = segmentsOf(pattern);
  const first = segments[0]!;
  if (segments.length === 1) return (text) => endAt(first, text, 0) === text.length;
  const last = segments.at(-1)!;
  const middle = segments.slice(1, -1).filter((segment) => segment.length > 0);
  const only = middle[0];
  if (first.length === 0 && last.length === 0 && middle.length === 1 && only?.length === 1) {
    const [token] = only;
    if (typeof token === "string" && !isLow(token.charCodeAt(0)) && !isHigh(token.charCodeAt(token.length - 1))) {
      return (text) => text.includes(token);
    }
  }
  return (text) => {
    let at = endAt(first, text, 0);
    if (at === -1) return false;
    for (const segment of middle) {
      at = endOfNext(segment, text, at);
      if (at === -1) return false;
    }
    return startBefore(last, text, text.length) >= at;
  };
}
