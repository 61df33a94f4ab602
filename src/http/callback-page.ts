import { createHash } from "node:crypto";
import { z } from "zod";

const style =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem;color:#1b1b1b}" +
  "h1{font-size:1.4rem}p{overflow-wrap:anywhere}";
const styleHash = createHash("sha256").update(style).digest("base64");

/** Nothing may load or run on the page; its one style is named by its hash. */
export const callbackPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const longestText = 1000;
const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escapeHtml = (text: string): string =>
  text.slice(0, longestText).replace(/[&<>"']/g, (character) => entities[character] ?? "");

/** The page a browser shows after an authorization: texts escaped, nothing else on it. */
export const callbackPage = {
  answer: {
    description: "A page that tells the result.",
    content: { "text/html": { schema: z.string() } },
  },
  render: ({ title, detail }: { readonly title: string; readonly detail: string }): string =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>` +
    `<style>${style}</style></head><body><h1>${escapeHtml(title)}</h1><p>${escapeHtml(detail)}</p></body></html>`,
};
