import { protocolError } from "#spi";

const space = /\s+|&#(?:x0*[aAdD]|0*1[03]);/g;
const foreign = /[^A-Za-z0-9+/=]/;

/** Bytes of base64 text that arrives in pieces, cut anywhere. Errors: PROTOCOL when it is none. */
export class Base64Decoder {
  #rest = "";
  #isPadded = false;

  next(piece: string): Buffer {
    let text = this.#rest + piece;
    // A reference to CR or LF, cut by the end of the piece, waits for its other half.
    const cut = text.lastIndexOf("&");
    const held = cut >= 0 && !text.includes(";", cut) ? text.slice(cut) : "";
    if (held.length > 12) throw notBase64();
    if (held !== "") text = text.slice(0, cut);
    if (foreign.test(text)) {
      text = text.replace(space, "");
      if (foreign.test(text)) throw notBase64();
    }
    if (this.#isPadded && text !== "") throw notBase64();
    const whole = text.length - (text.length % 4);
    this.#rest = text.slice(whole) + held;
    const padding = text.indexOf("=");
    if (padding >= 0) {
      if (padding < text.length - 2 || /=[^=]/.test(text.slice(padding))) throw notBase64();
      this.#isPadded = whole === text.length;
    }
    return Buffer.from(text.slice(0, whole), "base64");
  }

  /** Errors: PROTOCOL when the text ended in the middle of a byte. */
  end(): void {
    if (this.#rest !== "") throw notBase64();
  }
}

const notBase64 = () =>
  protocolError("The server's answer holds a content that is not base64.", { causeCode: "EWS_XML_INVALID" });

// A multiple of three, so that pieces need no padding between them.
const pieceBytes = 48 * 1024;

/** Base64 text of bytes that arrive in pieces, as bytes of the wire; no piece needs padding but the last. */
export async function* base64Pieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void> {
  const held = Buffer.allocUnsafeSlow(pieceBytes);
  let length = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(pieceBytes - length, chunk.length - at);
      held.set(chunk.subarray(at, at + taken), length);
      at += taken;
      length += taken;
      if (length < pieceBytes) continue;
      yield Buffer.from(held.toString("base64"), "latin1");
      length = 0;
    }
  }
  if (length > 0) yield Buffer.from(held.toString("base64", 0, length), "latin1");
}

/** Characters of base64 for so many bytes. */
export const base64Length = (sizeBytes: number): number => 4 * Math.ceil(sizeBytes / 3);
