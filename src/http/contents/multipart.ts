import type { Readable } from "node:stream";
import { Busboy, type BusboyInstance } from "@fastify/busboy";
import { ConnectorError, invalidRequest } from "#spi";

/** A form with one file, up to where the file begins. */
export interface FormUpload {
  /** Fields that came before the file. */
  readonly fields: ReadonlyMap<string, string>;
  readonly fileName: string | undefined;
  readonly contentType: string | undefined;
  /** The file's bytes; ends without an error only when the whole form is well and holds nothing after the file. */
  bytes(): AsyncGenerator<Uint8Array, void>;
  /** Stops reading. */
  close(): void;
}

const limits = { fields: 8, fieldSize: 4096, fieldNameSize: 100, files: 1, parts: 9, headerPairs: 20 };
const plainEncodings = /^(7bit|8bit|binary)?$/i;

interface File {
  readonly stream: Readable;
  readonly name: string | undefined;
  readonly contentType: string | undefined;
}

/** Reads a form as it arrives (RFC 7578): fields first, then one file. Errors: INVALID_REQUEST. */
export async function readForm(source: AsyncGenerator<Uint8Array, void>, contentType: string): Promise<FormUpload> {
  const reading = new FormReading(source, contentType);
  const file = await reading.file;
  return {
    fields: reading.fields,
    fileName: file.name,
    contentType: file.contentType,
    bytes: () => reading.bytes(file.stream),
    close: () => reading.close(),
  };
}

class FormReading {
  readonly fields = new Map<string, string>();
  readonly #source: AsyncGenerator<Uint8Array, void>;
  readonly #form: BusboyInstance;
  readonly #file = Promise.withResolvers<File>();
  readonly #whole = Promise.withResolvers<void>();
  #stream: Readable | undefined;
  #isOver = false;

  constructor(source: AsyncGenerator<Uint8Array, void>, contentType: string) {
    this.#source = source;
    this.#form = openForm(contentType);
    // Nobody may be waiting when it fails.
    this.#file.promise.catch(() => undefined);
    this.#whole.promise.catch(() => undefined);
    this.#listen();
    this.#feed().catch((error: unknown) => this.#fail(error));
  }

  get file(): Promise<File> {
    return this.#file.promise;
  }

  async *bytes(stream: Readable): AsyncGenerator<Uint8Array, void> {
    try {
      for await (const chunk of stream) yield chunk as Buffer;
      await this.#whole.promise;
    } catch (error) {
      throw error instanceof ConnectorError ? error : broken(error);
    } finally {
      this.close();
    }
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stream?.destroy();
    void this.#source.return(undefined).catch(() => undefined);
  }

  #listen(): void {
    const form = this.#form;
    form.on("field", (name, value, isNameCut, isValueCut) => {
      if (isNameCut || isValueCut) this.#fail(invalidRequest("A field of the form is too long."));
      else if (this.#stream !== undefined) this.#fail(afterFile(name));
      else this.fields.set(name, value);
    });
    form.on("file", (name, stream, fileName, encoding, contentType) => {
      // Errors of the form reach the file's stream too; they are told through #whole.
      stream.on("error", () => undefined);
      if (this.#stream !== undefined) return this.#fail(afterFile(name));
      this.#stream = stream;
      if (!plainEncodings.test(encoding))
        return this.#fail(
          invalidRequest(`The file is encoded as ${encoding.slice(0, 40)}; send its bytes as they are.`),
        );
      this.#file.resolve({ stream, name: fileName || undefined, contentType: contentType || undefined });
    });
    form.on("filesLimit", () => this.#fail(invalidRequest("One request takes one file.")));
    form.on("fieldsLimit", () => this.#fail(invalidRequest("The form has too many fields.")));
    form.on("partsLimit", () => this.#fail(invalidRequest("The form has too many parts.")));
    form.on("error", (error) => this.#fail(broken(error)));
    form.on("finish", () => {
      this.#file.reject(invalidRequest("The form holds no file: a part with a file name."));
      this.#whole.resolve();
    });
  }

  async #feed(): Promise<void> {
    for await (const chunk of this.#source) {
      if (this.#isOver) return;
      if (!this.#form.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))) await this.#drained();
    }
    this.#form.end();
  }

  #drained(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#form.once("drain", () => resolve());
      this.#whole.promise.catch(reject);
    });
  }

  #fail(error: unknown): void {
    this.#file.reject(error);
    this.#whole.reject(error);
    this.#stream?.destroy(error as Error);
    this.close();
  }
}

function openForm(contentType: string): BusboyInstance {
  try {
    return new Busboy({ headers: { "content-type": contentType }, limits });
  } catch (error) {
    throw broken(error);
  }
}

const broken = (cause: unknown) =>
  invalidRequest("The form is broken: it is not complete multipart/form-data.", { cause });
const afterFile = (name: string) =>
  invalidRequest(
    `The form holds "${name.slice(0, 100)}" after the file; fields come before it, and one request takes one file.`,
  );
