import { SaxesParser } from "saxes";
import { ConnectorError, protocolError } from "#spi";
import type { Attributes, ElementReader } from "./element-reader.ts";
import { flatText } from "./flat-text.ts";
import { ReferenceFilter, restore } from "./stand-ins.ts";

// Far above anything Exchange sends; a hostile answer must not exhaust memory or the stack.
const depthLimit = 256;
const attributeLimit = 256;
const nameCacheLimit = 4096;

const localNames = new Map<string, string>();

/** The name without its prefix. Exchange's prefixes are fixed in practice, its names are known, so names suffice. */
function localName(name: string): string {
  const known = localNames.get(name);
  if (known !== undefined) return known;
  const local = flatText(name.slice(name.indexOf(":") + 1));
  if (localNames.size >= nameCacheLimit) localNames.clear();
  localNames.set(flatText(name), local);
  return local;
}

const malformed = (detail: string, cause?: unknown): ConnectorError =>
  protocolError(`The server's answer is not the XML Exchange sends: ${detail}.`, {
    causeCode: "EWS_XML_INVALID",
    cause,
  });

function restoreAttributes(attributes: Attributes): Attributes {
  const restored: Record<string, string> = Object.create(null);
  for (const name in attributes) restored[name] = restore(attributes[name] ?? "");
  return restored;
}

/**
 * Drives an ElementReader over XML text chunk by chunk: no tree, memory flat. Refuses DOCTYPE (so entities other than
 * the five cannot exist) and excessive depth or attributes. Errors: PROTOCOL.
 */
export class XmlReading<S> {
  readonly #parser = new SaxesParser({ xmlns: false, position: false });
  readonly #filter = new ReferenceFilter();
  readonly #stack: ElementReader<S>[];
  #skipped = 0;
  #text = "";
  #collects = false;
  #attributes = 0;
  readonly #state: S;
  readonly #inPieces: boolean;
  /** Takes the text that follows, past the parser, which would hold it whole. */
  #pieces: ElementReader<S>["pieces"];

  /** `inPieces`: some reader takes its text in pieces. */
  constructor(root: ElementReader<S>, state: S, inPieces = false) {
    this.#stack = [root];
    this.#state = state;
    this.#inPieces = inPieces;
    const parser = this.#parser;
    parser.on("opentag", (tag) => this.#open(state, tag.name, tag.attributes as Attributes));
    parser.on("closetag", () => this.#close(state));
    parser.on("text", (text) => {
      if (this.#collects && this.#skipped === 0) this.#text += text;
    });
    parser.on("cdata", (text) => {
      if (this.#skipped === 0) this.#stack.at(-1)?.pieces?.(state, text);
      if (this.#collects && this.#skipped === 0) this.#text += text;
    });
    parser.on("attribute", () => {
      if (++this.#attributes > attributeLimit) throw malformed(`an element has more than ${attributeLimit} attributes`);
    });
    parser.on("doctype", () => {
      throw malformed("it has a DOCTYPE");
    });
  }

  write(chunk: string): void {
    if (!this.#inPieces) this.#parse(this.#filter.next(chunk));
    else for (let rest = chunk; rest !== ""; ) rest = this.#pieces === undefined ? this.#tag(rest) : this.#piece(rest);
  }

  /** Parses to the end of a tag, after which the next may be text to hand on; answers the rest. */
  #tag(chunk: string): string {
    const end = chunk.indexOf(">") + 1;
    this.#parse(this.#filter.next(end === 0 ? chunk : chunk.slice(0, end)));
    return end === 0 ? "" : chunk.slice(end);
  }

  #piece(chunk: string): string {
    const end = chunk.indexOf("<");
    const piece = end < 0 ? chunk : chunk.slice(0, end);
    if (piece !== "") this.#pieces?.(this.#state, piece);
    if (end < 0) return "";
    this.#pieces = undefined;
    return chunk.slice(end);
  }

  /** Errors: PROTOCOL when the document is not complete. */
  end(): void {
    this.#parse(this.#filter.rest());
    try {
      this.#parser.close();
    } catch (error) {
      throw error instanceof ConnectorError ? error : malformed("it ends too early", error);
    }
  }

  #parse(chunk: string): void {
    if (chunk === "") return;
    try {
      this.#parser.write(chunk);
    } catch (error) {
      if (error instanceof ConnectorError) throw error;
      throw malformed(error instanceof Error ? error.message.replace(/\.$/, "") : "it cannot be parsed", error);
    }
  }

  #open(state: S, name: string, attributes: Attributes): void {
    this.#attributes = 0;
    if (this.#skipped > 0) {
      if (++this.#skipped + this.#stack.length > depthLimit) throw malformed(`elements nest deeper than ${depthLimit}`);
      return;
    }
    const local = localName(name);
    const parent = this.#stack[this.#stack.length - 1] as ElementReader<S>;
    const reader = parent.children.get(local) ?? parent.other;
    if (reader === undefined) {
      this.#skipped = 1;
      return;
    }
    if (this.#stack.push(reader) > depthLimit) throw malformed(`elements nest deeper than ${depthLimit}`);
    reader.opened?.(state, this.#filter.used ? restoreAttributes(attributes) : attributes, local);
    this.#text = "";
    this.#collects = reader.text !== undefined;
    this.#pieces = reader.pieces;
  }

  #close(state: S): void {
    if (this.#skipped > 0) {
      this.#skipped--;
      return;
    }
    const reader = this.#stack.pop() as ElementReader<S>;
    if (this.#collects) reader.text?.(state, this.#filter.used ? restore(this.#text) : this.#text);
    this.#collects = false;
    this.#pieces = undefined;
    reader.closed?.(state);
  }
}

/**
 * Reads a streamed UTF-8 document. With `taken`, which resolves when what was read has been taken, text goes to
 * `onPieces` readers as it arrives. Errors: PROTOCOL, and whatever the stream throws.
 */
export async function readXml<S>(
  body: AsyncIterable<Uint8Array | string>,
  root: ElementReader<S>,
  state: S,
  taken?: () => Promise<void>,
): Promise<void> {
  const reading = new XmlReading(root, state, taken !== undefined);
  const decoder = new TextDecoder("utf-8");
  for await (const chunk of body) {
    reading.write(typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
    // Whoever takes rows while they arrive gets his turn between two chunks, or a fast server's page piles up.
    await (taken === undefined ? new Promise<void>((resolve) => setImmediate(resolve)) : taken());
  }
  reading.write(decoder.decode());
  reading.end();
}
