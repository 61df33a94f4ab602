import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** Base64 of bytes that stand anywhere in a longer text: what the three alignments have in common with it. */
function innerBase64(secret: string): readonly string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]).toString("base64");
    return text.slice(shift === 0 ? 0 : 4, -4);
  });
}

/** The forms in which a secret could leave a program. */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const xml = secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams([["", secret]]).toString().slice(1),
    xml,
    xml.replaceAll('"', "&quot;"),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    Buffer.from(secret, "utf16le").toString("latin1"),
    ...innerBase64(secret),
    ...innerBase64(secret).map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
  ];
  return [...new Set(forms)].filter((form) => form.length >= 8);
}

/** Which of the secrets, by name, stand in a text in any form. */
export function tracesIn(text: string, secrets: ReadonlyMap<string, string>): readonly string[] {
  return [...secrets].flatMap(([name, secret]) => {
    const form = formsOf(secret).find((one) => text.includes(one));
    if (form === undefined) return [];
    const at = text.indexOf(form);
    return [`${name}: ${JSON.stringify(text.slice(Math.max(0, at - 200), at + form.length + 40))}`];
  });
}

/** Every file below a folder; bytes are read one to a character, and text once more as text. */
export async function filesBelow(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const bytes = await readFile(file);
    files.set(path.relative(folder, file), `${bytes.toString("latin1")}\n${bytes.toString("utf8")}`);
  }
  return files;
}
