import { invalidQuery } from "#spi";

/** One recipient as people write it: an address, with or without a display name. */
export interface Recipient {
  readonly name?: string;
  readonly address: string;
}

const forbidden = /[\x00-\x1F\x7F]/;

/** Cuts at commas and semicolons that stand outside quotes, angle brackets and comments. */
function pieces(list: string): string[] {
  const out: string[] = [];
  let piece = "";
  let inQuotes = false;
  let depth = 0;
  for (let at = 0; at < list.length; at++) {
    const char = list[at] as string;
    if (inQuotes && char === "\\" && at + 1 < list.length) {
      piece += char + list[++at];
      continue;
    }
    if (char === '"') inQuotes = !inQuotes;
    if (!inQuotes && char === "<") depth++;
    if (!inQuotes && char === ">") depth = Math.max(0, depth - 1);
    if (!inQuotes && depth === 0 && (char === "," || char === ";")) {
      out.push(piece);
      piece = "";
    } else piece += char;
  }
  out.push(piece);
  return out.map((each) => each.trim()).filter((each) => each !== "");
}

function unquote(name: string): string {
  const trimmed = name.trim();
  const inner =
    trimmed.length >= 2 && trimmed.startsWith('"') && trimmed.endsWith('"') ? trimmed.slice(1, -1) : trimmed;
  return inner.replace(/\\(.)/g, "$1").replaceAll('""', '"');
}

function recipient(piece: string, about: string): Recipient {
  const angled = /^(.*)<([^<>]*)>$/s.exec(piece);
  const address = (angled?.[2] ?? piece).trim();
  if (address === "" || forbidden.test(piece) || /[\s<>"]/.test(address.replace(/^"(?:[^"\\]|\\.)*"(?=@)/, ""))) {
    throw invalidQuery(
      `${about}: "${piece.slice(0, 120)}" is not an address, nor a name with an address in angle brackets.`,
      {
        target: about,
      },
    );
  }
  const name = unquote(angled?.[1] ?? "");
  return name === "" ? { address } : { name, address };
}

/**
 * Recipients in one text, separated by commas or semicolons: `a@x.example; "Doe, Jane" <jane@x.example>`.
 * Errors: INVALID_QUERY naming `about`.
 */
export function parseRecipients(list: string, about: string): Recipient[] {
  return pieces(list).map((piece) => recipient(piece, about));
}
