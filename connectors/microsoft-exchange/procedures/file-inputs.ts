import { type FileAccess, invalidQuery } from "#spi";
import type { FileContent, SizedUpload } from "../graph/upload.ts";

/** Inputs that name or hold files, and the files of the service they may name. */
export interface FileInputs {
  readonly files: Pick<FileAccess, "read" | "open">;
  /** Text of an input; absent and empty are the same. */
  readonly text: (name: string) => string | undefined;
}

const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

/** The files of inputs Attachments, and of FileName with LocalFile, ContentBytes or ContentStream. */
export async function filesOf(inputs: FileInputs, contentType?: string): Promise<readonly FileContent[]> {
  const list = await Promise.all(entries(inputs.text("Attachments")).map((entry) => listed(inputs, entry)));
  const single = await singleFile(inputs, contentType);
  return single === undefined ? list : [...list, single];
}

/** The same as uploads, files of the service read while they are sent on. */
export async function uploadsOf(inputs: FileInputs, contentType?: string): Promise<readonly SizedUpload[]> {
  const { files, text } = inputs;
  const paths = entries(text("Attachments")).filter((entry) => entry.startsWith("@"));
  const local = text("LocalFile");
  if (paths.length === 0 && local === undefined) return (await filesOf(inputs, contentType)).map(uploadOfBytes);
  const opened = async (path: string, name = baseName(path)): Promise<SizedUpload> => {
    const { sizeBytes, bytes } = await files.open(path);
    return { name, sizeBytes, isRepeatable: true, bytes };
  };
  const list = await Promise.all(
    entries(text("Attachments")).map((entry) =>
      entry.startsWith("@") ? opened(entry.slice(1).trim()) : listed(inputs, entry).then(uploadOfBytes),
    ),
  );
  if (local === undefined) {
    const single = await singleFile(inputs, contentType);
    return single === undefined ? list : [...list, uploadOfBytes(single)];
  }
  refuseSecondSource(inputs);
  const single = await opened(local, text("FileName") ?? baseName(local));
  return [...list, contentType === undefined ? single : { ...single, contentType }];
}

const uploadOfBytes = ({ bytes, ...about }: FileContent): SizedUpload => ({
  ...about,
  sizeBytes: bytes.length,
  isRepeatable: true,
  async *bytes() {
    yield bytes;
  },
});

/** `name,base64; @path; …`: neither base64 nor the separators occur in one another. */
function entries(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(";")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

async function listed({ files }: FileInputs, entry: string): Promise<FileContent> {
  if (entry.startsWith("@")) {
    const path = entry.slice(1).trim();
    return { name: baseName(path), bytes: await files.read(path) };
  }
  const comma = entry.lastIndexOf(",");
  const name = entry.slice(0, Math.max(comma, 0)).trim();
  if (comma < 0 || name === "") {
    throw invalidQuery("Attachments takes name,base64 pairs or @path entries, separated by semicolons.", {
      target: "Attachments",
    });
  }
  return { name, bytes: fromBase64(entry.slice(comma + 1), "Attachments") };
}

async function singleFile(inputs: FileInputs, contentType?: string): Promise<FileContent | undefined> {
  const { files, text } = inputs;
  const path = text("LocalFile");
  const given = refuseSecondSource(inputs);
  const type = contentType === undefined ? {} : { contentType };
  if (path !== undefined) {
    return { name: text("FileName") ?? baseName(path), bytes: await files.read(path), ...type };
  }
  const [input] = given;
  const name = text("FileName");
  if (input === undefined) {
    if (name === undefined) return undefined;
    throw invalidQuery("FileName needs LocalFile, ContentBytes or ContentStream.", { target: "FileName" });
  }
  if (name === undefined) throw invalidQuery(`${input} needs a FileName.`, { target: "FileName" });
  return { name, bytes: fromBase64(text(input) ?? "", input), ...type };
}

/** The inputs that hold a content; one source is enough. */
function refuseSecondSource({ text }: FileInputs): readonly string[] {
  const given = ["ContentBytes", "ContentStream"].filter((name) => text(name) !== undefined);
  if (given.length + (text("LocalFile") === undefined ? 0 : 1) > 1) {
    throw invalidQuery("Give one of LocalFile, ContentBytes and ContentStream.", { target: "LocalFile" });
  }
  return given;
}

function fromBase64(text: string, input: string): Uint8Array {
  if (!BASE64.test(text)) throw invalidQuery(`${input} must be base64.`, { target: input });
  return Buffer.from(text, "base64");
}

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;
