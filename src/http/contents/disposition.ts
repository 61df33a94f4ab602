const longestName = 255;

/** A name that comes from a mail's sender, as the last part of a path and without what a header or a screen could misread. */
const plainName = (name: string): string => {
  const last = name.toWellFormed().split(/[\\/]/).at(-1) ?? "";
  const plain = last.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").trim();
  return [...(plain === "" ? "attachment" : plain)].slice(0, longestName).join("");
};

// attr-char of RFC 5987; encodeURIComponent leaves five more as they are.
const extended = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** Content-Disposition of a download (RFC 6266): always a download, since content of a mail must not run as a page here. */
export function attachmentDisposition(given: string): string {
  const name = plainName(given);
  const ascii = name.replace(/[^\x20-\x7e]/gu, "_").replace(/["\\%]/g, "_");
  const parameter = `attachment; filename="${ascii}"`;
  return ascii === name ? parameter : `${parameter}; filename*=UTF-8''${extended(name)}`;
}

/** The file name a Content-Disposition of a request gives; nothing when it gives none. */
export function dispositionName(header: string): string | undefined {
  const star = /;\s*filename\*\s*=\s*(?:"?)utf-8'[^']*'([^;"\s]+)/i.exec(header)?.[1];
  if (star !== undefined) {
    try {
      return decodeURIComponent(star);
    } catch {
      // Not UTF-8 after all: the plain form beside it is there for this.
    }
  }
  const quoted = /;\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(header)?.[1];
  if (quoted !== undefined) return Buffer.from(quoted.replace(/\\(.)/g, "$1"), "latin1").toString("utf8");
  return /;\s*filename\s*=\s*([^;"\s]+)/i.exec(header)?.[1];
}

const mediaType = /^([\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127})(?:\s*;\s*charset="?([\w.:+-]{1,60})"?)?/;

/** A media type as a header may carry it; what is none becomes plain bytes. */
export function safeMediaType(given: string): string {
  const [, type, charset] = mediaType.exec(given.trim()) ?? [];
  if (type === undefined) return "application/octet-stream";
  return charset === undefined ? type : `${type}; charset=${charset}`;
}
