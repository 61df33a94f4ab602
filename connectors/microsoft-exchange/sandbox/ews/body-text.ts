import type { Body } from "../mailboxes/index.ts";

/** The body as the request wants it; text and HTML are made from one another roughly as Exchange does. */
export function convertBody(body: Body, wanted: "Best" | "HTML" | "Text"): Body {
  if (wanted === "Best" || wanted.toLowerCase() === body.type) return body;
  return wanted === "Text"
    ? { type: "text", content: htmlToText(body.content) }
    : { type: "html", content: textToHtml(body.content) };
}

/** The words of an HTML body. */
export function htmlToText(html: string): string {
  return html
    .replace(/<(script|style|head)\b[^>]*>[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<br\s*\/?>/gi, "\r\n")
    .replace(/<\/(p|div|tr|li|h[1-6]|blockquote)\s*>/gi, "\r\n")
    .replace(/<!--[\s\S]*?-->|<[^>]*>/g, "")
    .replace(/&(#x?[0-9a-f]+|\w+);/gi, (whole, name: string) => characterOf(name) ?? whole);
}

/** A text body in the HTML Exchange puts around it. */
export function textToHtml(text: string): string {
  const escaped = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
  const lines = escaped.replace(/\r\n|\r|\n/g, "<br>\r\n");
  return `<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n</head>\r\n<body>\r\n<div class="PlainText">${lines}</div>\r\n</body>\r\n</html>\r\n`;
}

/** The first 255 characters of what a reader sees. */
export function previewOf(body: Body | undefined): string {
  if (!body) return "";
  const text = body.type === "html" ? htmlToText(body.content) : body.content;
  return text.replace(/\s+/g, " ").trim().slice(0, 255);
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

function characterOf(name: string): string | undefined {
  const code = /^#x([0-9a-f]+)$/i.exec(name)?.[1];
  const decimal = /^#(\d+)$/.exec(name)?.[1];
  const point = code ? Number.parseInt(code, 16) : decimal ? Number.parseInt(decimal, 10) : undefined;
  if (point === undefined) return entities[name.toLowerCase()];
  return point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff) ? String.fromCodePoint(point) : undefined;
}
