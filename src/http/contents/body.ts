import { Readable } from "node:stream";
import type { FastifyRequest } from "fastify";
import { ConnectorError, invalidRequest, mistaken, type Upload } from "#spi";
import type { HttpParts } from "../parts.ts";
import { Refusal } from "../refusal.ts";
import { type AttachmentBody, formFields, type UploadAbout } from "../schemas/contents.ts";
import { uploadBytes } from "../upload-source.ts";
import { requestMistakes } from "../validation.ts";
import { DigestCheck } from "./digest.ts";
import { dispositionName } from "./disposition.ts";
import { readForm } from "./multipart.ts";

/** A body on its way in, however it is wrapped. */
export interface ReceivedUpload {
  readonly upload: Upload;
  /** Lets go of what was not read. */
  close(): void;
}

/** Boundaries and headers of a form around the largest content. */
const wrappingBytes = 64 * 1024;
/** As in a query; headers could hold more. */
const longestText = 255;
const octets = "application/octet-stream";

/**
 * The content of a request: raw bytes, the file of a form, or base64 in JSON. It ends without an error only when the body
 * was whole, within the limit and as its digests say. Errors: INVALID_REQUEST, TOO_LARGE.
 */
export async function receiveUpload(
  parts: HttpParts,
  request: FastifyRequest,
  about: UploadAbout,
): Promise<ReceivedUpload> {
  const { headers } = request;
  const body = request.body as Readable | AttachmentBody | null | undefined;
  const coding = headers["content-encoding"];
  if (coding !== undefined && coding !== "identity")
    throw new Refusal(415, "INVALID_REQUEST", "The body is taken as it is, without Content-Encoding.");
  if (body === null || body === undefined) throw invalidRequest("The request has no body.");
  if (!(body instanceof Readable)) return jsonUpload(body, about);
  const { uploadBytes: limitBytes, uploadIdleMs } = parts.settings.limits;
  const type = headers["content-type"] ?? octets;
  const isForm = /^multipart\/form-data\b/i.test(type);
  const bodyLimitBytes = limitBytes + (isForm ? wrappingBytes : 0);
  const length = headers["content-length"] === undefined ? undefined : Number(headers["content-length"]);
  if (length !== undefined && length > bodyLimitBytes) throw tooLarge(limitBytes);
  const arriving = uploadBytes(body, parts.clock, uploadIdleMs);
  const checked = check(limited(arriving, bodyLimitBytes, limitBytes), new DigestCheck(headers));
  if (isForm) return formUpload(checked, type, about, limitBytes);
  const upload = uploadOf([{ contentType: type, name: dispositionName(headers["content-disposition"] ?? "") }, about], {
    ...(length === undefined ? {} : { sizeBytes: length }),
    isRepeatable: false,
    bytes: () => checked,
  });
  return { upload, close: () => void checked.return(undefined) };
}

/** What is said of the content in several places; the last one counts. */
function uploadOf(said: readonly UploadAbout[], source: Pick<Upload, "sizeBytes" | "isRepeatable" | "bytes">): Upload {
  const latest = <K extends keyof UploadAbout>(member: K): UploadAbout[K] =>
    said.findLast((one) => one[member] !== undefined)?.[member];
  const [name, contentType, contentId, isInline] = [
    latest("name"),
    latest("contentType"),
    latest("contentId"),
    latest("isInline"),
  ];
  if (name === undefined || name === "")
    throw invalidRequest("The content needs a name: ?name=, a file name in the form, or Content-Disposition.");
  if (name.length > longestText || (contentType?.length ?? 0) > longestText)
    throw invalidRequest(`The name of a content, and its type, have ${longestText} characters at most.`);
  return {
    ...source,
    name,
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentId === undefined ? {} : { contentId }),
    ...(isInline === undefined ? {} : { isInline }),
  };
}

function jsonUpload({ contentBytes, ...own }: AttachmentBody, about: UploadAbout): ReceivedUpload {
  const bytes = Buffer.from(contentBytes, "base64");
  const source = {
    sizeBytes: bytes.length,
    isRepeatable: true,
    async *bytes() {
      yield bytes;
    },
  };
  return { upload: uploadOf([own, about], source), close: () => undefined };
}

async function formUpload(
  source: AsyncGenerator<Uint8Array, void>,
  type: string,
  about: UploadAbout,
  limitBytes: number,
): Promise<ReceivedUpload> {
  const form = await readForm(source, type);
  try {
    const { fileName: name, contentType } = form;
    const upload = uploadOf([{ name, contentType }, fieldsOf(form.fields), about], {
      isRepeatable: false,
      bytes: () => limited(form.bytes(), limitBytes, limitBytes),
    });
    return { upload, close: () => form.close() };
  } catch (error) {
    form.close();
    throw error;
  }
}

function fieldsOf(fields: ReadonlyMap<string, string>): UploadAbout {
  const checked = formFields.safeParse(Object.fromEntries(fields));
  if (checked.success) return checked.data;
  throw mistaken(requestMistakes(formFields, "body", checked.error.issues));
}

async function* check(source: AsyncIterable<Uint8Array>, digests: DigestCheck): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of source) {
    digests.update(chunk);
    yield chunk;
  }
  digests.end();
}

async function* limited(
  source: AsyncIterable<Uint8Array>,
  limitBytes: number,
  toldBytes: number,
): AsyncGenerator<Uint8Array, void> {
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > limitBytes) throw tooLarge(toldBytes);
    yield chunk;
  }
}

function tooLarge(limitBytes: number): ConnectorError {
  const detail = `A content may have ${limitBytes} bytes (${limitBytes / 1024 / 1024} MB) at most.`;
  return new ConnectorError("TOO_LARGE", detail, { mistakes: [{ pointer: "", code: "TOO_LARGE", detail }] });
}
