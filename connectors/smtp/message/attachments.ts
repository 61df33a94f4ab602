import { type FileAccess, invalidQuery, type Value } from "#spi";

/** A file of a message. */
export interface Attachment {
  readonly name: string;
  readonly content: Uint8Array;
  readonly contentType?: string;
  /** The body refers to it as `cid:`. */
  readonly contentId?: string;
}

/** Inputs of SendMail that carry files. */
export interface FileInputs {
  readonly text: (name: string) => string | undefined;
  /** Input Attachments as it came: a list, or text. */
  readonly list: Value | undefined;
  readonly files: Pick<FileAccess, "read">;
}

/** All files of one call. Errors: INVALID_QUERY naming the input; what reading a file throws. */
export async function attachmentsOf(inputs: FileInputs): Promise<readonly Attachment[]> {
  const { list } = inputs;
  const listed = typeof list === "string" ? await fromText(list, inputs.files) : fromList(list ?? []);
  return [...listed, ...(await single(inputs))];
}

/** `[{"Name": "a.txt", "Content": "base64", "ContentType": "…", "ContentId": "…"}]` */
function fromList(list: Value): readonly Attachment[] {
  if (!Array.isArray(list)) throw wrong('Attachments is a list of {"Name", "Content"} objects, or text.');
  return list.map((entry: Value, index) => {
    if (typeof entry !== "object" || entry === null || Array.isArray(entry))
      throw wrong(`Attachments, entry ${index}: an object with Name and Content is expected.`);
    const members = new Map(Object.entries(entry));
    const text = (member: string): string | undefined => {
      const value = members.get(member);
      if (value === undefined || value === null) return undefined;
      if (typeof value !== "string") throw wrong(`Attachments, entry ${index}: ${member} is text.`);
      return value;
    };
    const unknown = [...members.keys()].find((member) => !listMembers.includes(member));
    if (unknown !== undefined)
      throw wrong(`Attachments, entry ${index}: ${unknown} is none of ${listMembers.join(", ")}.`);
    const [name, content] = [text("Name"), text("Content")];
    if (name === undefined || content === undefined)
      throw wrong(`Attachments, entry ${index}: Name and Content are needed.`);
    return attachment(name, bytes(content, "Attachments"), "Attachments", text("ContentType"), text("ContentId"));
  });
}

const listMembers = ["Name", "Content", "ContentType", "ContentId"];

/** `name,base64; @path; …`: neither base64 nor the separators occur in one another. */
async function fromText(list: string, files: FileInputs["files"]): Promise<readonly Attachment[]> {
  const entries = list
    .split(";")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  return Promise.all(
    entries.map(async (entry) => {
      if (entry.startsWith("@")) return fromFile(entry.slice(1).trim(), undefined, "Attachments", files);
      const comma = entry.lastIndexOf(",");
      const name = entry.slice(0, Math.max(comma, 0)).trim();
      if (name === "") throw wrong("Attachments takes name,base64 pairs or @path entries, separated by semicolons.");
      return attachment(name, bytes(entry.slice(comma + 1), "Attachments"), "Attachments");
    }),
  );
}

/** One file by inputs of its own: name and base64 as EWS's SendMail takes them, or as Graph's does. */
async function single({ text, files }: FileInputs): Promise<readonly Attachment[]> {
  const contents = ["AttachmentContent", "ContentBytes", "ContentStream", "LocalFile"].filter(
    (input) => text(input) !== undefined,
  );
  const names = ["AttachmentName", "FileName"].filter((input) => text(input) !== undefined);
  if (contents.length > 1) throw invalidQuery(`Give one of ${contents.join(" and ")}.`, { target: contents[1] ?? "" });
  if (names.length > 1) throw invalidQuery(`Give one of ${names.join(" and ")}.`, { target: names[1] ?? "" });
  const [[input], [nameInput]] = [contents, names];
  const name = nameInput === undefined ? undefined : text(nameInput);
  if (input === undefined) {
    if (nameInput === undefined) return [];
    throw invalidQuery(`${nameInput} needs the content of the file.`, { target: nameInput });
  }
  if (input === "LocalFile") return [await fromFile(text(input) ?? "", name, input, files)];
  if (name === undefined) throw invalidQuery(`${input} needs the name of the file.`, { target: input });
  return [attachment(name, bytes(text(input) ?? "", input), nameInput ?? input)];
}

async function fromFile(path: string, name: string | undefined, input: string, files: FileInputs["files"]) {
  return attachment(name ?? path.split(/[\\/]/).at(-1) ?? path, await files.read(path), input);
}

function attachment(
  name: string,
  content: Uint8Array,
  input: string,
  contentType?: string,
  contentId?: string,
): Attachment {
  for (const text of [name, contentType, contentId])
    if (text !== undefined && /\p{Cc}/u.test(text))
      throw invalidQuery(`${input}: names and types of files hold no line breaks or controls.`, { target: input });
  if (contentType !== undefined && !/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;.*)?$/.test(contentType))
    throw invalidQuery(`${input}: "${contentType.slice(0, 80)}" is no MIME type.`, { target: input });
  return {
    name,
    content,
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentId === undefined ? {} : { contentId: contentId.replace(/^<|>$/g, "") }),
  };
}

function bytes(text: string, input: string): Uint8Array {
  const plain = text.replaceAll(/\s+/g, "");
  if (plain.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(plain))
    throw invalidQuery(`${input} is not base64.`, { target: input });
  return Buffer.from(plain, "base64");
}

const wrong = (message: string) => invalidQuery(message, { target: "Attachments" });
