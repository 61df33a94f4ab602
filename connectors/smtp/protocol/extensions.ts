import type { Reply } from "./reply.ts";

/** What the server's answer to EHLO offers. */
export interface Extensions {
  readonly startTls: boolean;
  /** Mechanisms of AUTH, in capitals. */
  readonly mechanisms: readonly string[];
  readonly smtpUtf8: boolean;
  readonly eightBitMime: boolean;
  /** Largest message in bytes; absent when the server names none. */
  readonly sizeLimit?: number;
  /** SIZE may stand in MAIL FROM. */
  readonly size: boolean;
  /** Keywords as the server lists them. */
  readonly keywords: readonly string[];
}

/** Nothing is offered: the server knows HELO only. */
export const noExtensions: Extensions = {
  startTls: false,
  mechanisms: [],
  smtpUtf8: false,
  eightBitMime: false,
  size: false,
  keywords: [],
};

/** Reads the lines after the first of an answer to EHLO. */
export function extensionsOf({ lines }: Reply): Extensions {
  const offered = lines.slice(1).map((text) => text.trim().toUpperCase());
  const keywordOf = (text: string): string => text.split(/[ =]/)[0] ?? "";
  const keywords = [...new Set(offered.map(keywordOf).filter((keyword) => keyword !== ""))];
  // Old servers write AUTH=LOGIN beside AUTH LOGIN.
  const mechanisms = offered
    .filter((text) => keywordOf(text) === "AUTH")
    .flatMap((text) => text.split(/[ =]+/).slice(1));
  const limit = Number(offered.find((text) => keywordOf(text) === "SIZE")?.split(/\s+/)[1] ?? 0);
  return {
    startTls: keywords.includes("STARTTLS"),
    mechanisms: [...new Set(mechanisms)],
    smtpUtf8: keywords.includes("SMTPUTF8"),
    eightBitMime: keywords.includes("8BITMIME"),
    size: keywords.includes("SIZE"),
    ...(Number.isSafeInteger(limit) && limit > 0 ? { sizeLimit: limit } : {}),
    keywords,
  };
}
