/** The literal pieces of a LIKE pattern; `\` escapes. */
export function literalPieces(pattern: string): readonly string[] {
  const pieces: string[] = [];
  let piece = "";
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string;
    if (char === "%" || char === "_") {
      pieces.push(piece);
      piece = "";
    } else piece += char === "\\" && at + 1 < pattern.length ? pattern[++at] : char;
  }
  return [...pieces, piece];
}

/** LIKE over one of the fixed ASCII values of an enumeration; greedy with one point of return, so never exponential. */
export function matchesLike(value: string, pattern: string): boolean {
  const tokens = [...pattern.matchAll(/\\(.)|(.)/gs)].map(([, escaped, plain]) => ({
    char: (escaped ?? plain ?? "").toLowerCase(),
    wild: escaped === undefined && (plain === "%" || plain === "_") ? plain : undefined,
  }));
  const subject = value.toLowerCase();
  let at = 0;
  let token = 0;
  let star = -1;
  let retryAt = 0;
  while (at < subject.length) {
    const current = tokens[token];
    if (current?.wild === "%") {
      star = token++;
      retryAt = at;
    } else if (current !== undefined && (current.wild === "_" || current.char === subject[at])) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++retryAt;
    } else return false;
  }
  return tokens.slice(token).every(({ wild }) => wild === "%");
}
