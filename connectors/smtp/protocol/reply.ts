/** One reply of the server: its code, and its lines without it. */
export interface Reply {
  readonly code: number;
  /** RFC 3463: `5.7.139`; absent where the server sends none. */
  readonly enhanced?: string;
  readonly lines: readonly string[];
}

const line = /^(\d{3})([ -]?)(.*)$/s;
const enhancedCode = /^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)/;

/** Is this the beginning of a reply at all? Tells servers of other protocols apart. */
export const isReplyLine = (text: string): boolean => line.test(text);

/** More lines follow after this one. */
export const goesOn = (text: string): boolean => line.exec(text)?.[2] === "-";

/** The reply that these lines make. */
export function replyOf(texts: readonly string[]): Reply {
  const parts = texts.map((text) => line.exec(text));
  const lines = parts.map((part) => part?.[3] ?? "");
  const enhanced = enhancedCode.exec(lines[0] ?? "")?.[1];
  return { code: Number(parts.at(-1)?.[1] ?? 0), lines, ...(enhanced === undefined ? {} : { enhanced }) };
}

/** The reply as one line, without controls, for people and logs. */
export const replyText = ({ code, lines }: Reply): string =>
  `${code} ${lines.join(" ")}`
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, 500);

export const isPositive = ({ code }: Reply): boolean => code >= 200 && code < 300;
