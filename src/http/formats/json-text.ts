import { ConnectorError, invalidRequest } from "#spi";

const decoder = new TextDecoder("utf-8", { fatal: true });

const quote = 0x22;
const backslash = 0x5c;

/** Deepest nesting of arrays and objects in JSON text, found without parsing it. */
export function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === quote) index = endOfString(text, index);
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === backslash) before--;
    // Backslashes in pairs are characters of the string; one more escapes the quote.
    if ((end - before) % 2 === 0) return end;
  }
  return text.length;
}

// JSON.parse makes `__proto__` an own member, but a later copy of the object could reach its prototype.
// Any of its characters may be written as an escape.
const mayHoldProto = /__proto__|\\u00[5-7]/i;
const refuseProto = (key: string, value: unknown): unknown => {
  if (key === "__proto__") throw invalidRequest("A member may not be called __proto__.");
  return value;
};

/** Bytes → JSON value. Errors: INVALID_REQUEST for bad UTF-8, bad JSON, too deep nesting or a `__proto__` member. */
export function parseJson(bytes: Uint8Array, depthLimit: number): unknown {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (error) {
    throw invalidRequest("The body is not valid UTF-8.", { cause: error });
  }
  if (jsonDepth(text) > depthLimit) throw invalidRequest(`JSON may be nested ${depthLimit} levels deep at most.`);
  try {
    return mayHoldProto.test(text) ? JSON.parse(text, refuseProto) : JSON.parse(text);
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    throw invalidRequest(`This is not valid JSON: ${placeOf(error)}`, { cause: error });
  }
}

// V8's message ends in a piece of the text itself, which may be a secret: only position, line and column are kept.
function placeOf(error: unknown): string {
  const match = /position (\d+)(?: \(line (\d+) column (\d+)\))?/.exec(error instanceof Error ? error.message : "");
  if (match === null) return "it ends too early or holds a character that does not belong there.";
  return match[2] === undefined ? `position ${match[1]}.` : `line ${match[2]}, column ${match[3]}.`;
}
