import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, lstat, mkdir, open, realpath, rename, unlink } from "node:fs/promises";
import path from "node:path";
import { type Cause, ConnectorError, type FileAccess } from "#spi";

/** What can be wrong with a file that a property or input names. */
export const fileCauses: readonly Cause[] = [
  {
    code: "FILE_REFUSED",
    problem: "INVALID_PROPERTY",
    step: "configuration",
    owner: "designer",
    seen: "A file named by a property or input is missing, unreadable, too large or not in a folder this service may use.",
    fix: "Put the file under DATA_DIR/files, or have the owner of the service add its folder to FILE_ROOTS.",
  },
];

export interface FileRules {
  /** Where relative names start and stay: DATA_DIR/files. */
  readonly base: string;
  /** Folders in which absolute names may lie: FILE_ROOTS. */
  readonly roots: readonly string[];
  /** Keytabs, certificates and attachments to send are no larger. */
  readonly readLimitBytes?: number;
}

const defaultReadLimitBytes = 64 * 1024 * 1024;
const nameLimitBytes = 150;

/** Files under the folders the owner of the machine allows (FILE_ROOTS), and nowhere else. */
export function fileAccess(rules: FileRules): FileAccess {
  const { readLimitBytes = defaultReadLimitBytes } = rules;
  return {
    async resolve(given) {
      const place = await placeOf(given, rules);
      const handle = await openPlain(place, constants.O_RDONLY);
      await handle.close();
      return place;
    },
    async read(given) {
      const handle = await openPlain(await placeOf(given, rules), constants.O_RDONLY);
      try {
        const { size } = await handle.stat();
        if (size > readLimitBytes) throw refused("The file is larger than allowed.");
        return await handle.readFile();
      } finally {
        await handle.close();
      }
    },
    async open(given) {
      const handle = await openPlain(await placeOf(given, rules), constants.O_RDONLY);
      try {
        const { size } = await handle.stat();
        return { sizeBytes: size, bytes: () => bytesOf(given, rules) };
      } finally {
        await handle.close();
      }
    },
    write: (folder, name, content, overwrite) => writeInto(folder, name, content, overwrite, rules),
    writeStream: (folder, name, content, overwrite) => writeInto(folder, name, content, overwrite, rules),
  };
}

type Bytes = Uint8Array | AsyncIterable<Uint8Array>;

async function writeInto(folder: string, name: string, content: Bytes, overwrite: boolean, rules: FileRules) {
  const directory = await folderOf(folder, rules);
  return overwrite
    ? replace(path.join(directory, safeName(name)), content)
    : writeNew(directory, safeName(name), content);
}

const readBytes = 64 * 1024;

async function* bytesOf(given: string, rules: FileRules): AsyncGenerator<Uint8Array, void> {
  const handle = await openPlain(await placeOf(given, rules), constants.O_RDONLY);
  try {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(readBytes), 0, readBytes);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** One text for every refusal, so that an answer tells nothing of files outside. */
const outside = () => refused("The file is not in a folder this service may use (FILE_ROOTS), or does not exist.");
const refused = (message: string, cause?: unknown) =>
  new ConnectorError("INVALID_PROPERTY", message, {
    causeCode: "FILE_REFUSED",
    ...(cause === undefined ? {} : { cause }),
  });

interface Wanted {
  readonly path: string;
  /** One of these must hold it. */
  readonly roots: readonly string[];
}

function wantedOf(given: string, { base, roots }: FileRules): Wanted {
  if (given.includes("\0") || /(^|[\\/])\.\.([\\/]|$)/.test(given)) throw outside();
  const isAbsolute = path.isAbsolute(given);
  return { path: path.resolve(base, given), roots: isAbsolute ? roots : [base] };
}

/** The file itself: its parent must really lie in a root; the last part is opened without following a link. */
async function placeOf(given: string, rules: FileRules): Promise<string> {
  if (given === "") throw outside();
  const wanted = wantedOf(given, rules);
  const parent = await insideRoot(path.dirname(wanted.path), wanted.roots);
  return path.join(parent, path.basename(wanted.path));
}

/** The base folder is made when it is first written to. */
async function folderOf(given: string, rules: FileRules): Promise<string> {
  const wanted = wantedOf(given, rules);
  if (wanted.path === path.resolve(rules.base)) await mkdir(wanted.path, { recursive: true, mode: 0o700 });
  return insideRoot(wanted.path, wanted.roots);
}

/** Real path against real path with the separator: a string test would take `/files2` for `/files`, and follow links out. */
async function insideRoot(folder: string, roots: readonly string[]): Promise<string> {
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined) throw outside();
  for (const root of roots) {
    const realRoot = await realpath(root).catch(() => undefined);
    if (realRoot === undefined) continue;
    const prefix = realRoot.endsWith(path.sep) ? realRoot : realRoot + path.sep;
    if (real === realRoot || real.startsWith(prefix)) return real;
  }
  throw outside();
}

/** A regular file; a link in its place, even one put there at the last moment, is refused by the system (O_NOFOLLOW). */
async function openPlain(place: string, flags: number): Promise<FileHandle> {
  const handle = await open(place, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => undefined);
  if (handle === undefined) throw outside();
  if (await isStillThere(handle, place)) return handle;
  await handle.close();
  throw outside();
}

/** What was opened is a plain file and the one at that place: no folder on the way became a link meanwhile. */
async function isStillThere(handle: FileHandle, place: string): Promise<boolean> {
  const opened = await handle.stat();
  const real = await realpath(place).catch(() => undefined);
  const { ino, dev } = await lstat(place).catch(() => ({ ino: -1, dev: -1 }));
  return opened.isFile() && real === place && opened.ino === ino && opened.dev === dev;
}

/** Written beside its place, synced and moved there, so that nobody ever sees half a file. */
async function replace(place: string, content: Bytes): Promise<string> {
  const existing = await lstat(place).catch(() => undefined);
  if (existing !== undefined && !existing.isFile()) throw outside();
  await throughTemporary(place, content, (temporary) => rename(temporary, place));
  return place;
}

/** A free name: `report.pdf`, else `report-2.pdf` …; taking it is one step (link), so two writers cannot both get it. */
async function writeNew(directory: string, name: string, content: Bytes): Promise<string> {
  const { name: stem, ext } = path.parse(name);
  let place = path.join(directory, name);
  const taken = async (temporary: string) => {
    for (let number = 2; ; number++) {
      const isTaken = await link(temporary, place).then(
        () => false,
        (error: NodeJS.ErrnoException) => {
          if (error.code !== "EEXIST" || number > 10_000) throw error;
          return true;
        },
      );
      if (!isTaken) break;
      place = path.join(directory, `${stem}-${number}${ext}`);
    }
    await unlink(temporary);
  };
  await throughTemporary(path.join(directory, name), content, taken);
  return place;
}

async function throughTemporary(place: string, content: Bytes, finish: (temporary: string) => Promise<void>) {
  const temporary = path.join(path.dirname(place), `.${randomBytes(8).toString("hex")}.part`);
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  try {
    const handle = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await finish(temporary);
    await syncFolder(path.dirname(place));
  } catch (cause) {
    await unlink(temporary).catch(() => undefined);
    // What broke while it arrived is not the fault of the file.
    throw cause instanceof ConnectorError ? cause : refused("The file could not be written.", cause);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Names Windows reserves, with any extension; a share may be served from there. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** What a mail's sender calls a file, made harmless: last part only, no controls or wildcards, no leading dot, 150 bytes. */
export function safeName(hint: string): string {
  const last = hint.normalize("NFC").split(/[\\/]/).at(-1) ?? "";
  const plain = last
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}<>:"|?*]/gu, "_")
    .replace(/^[.\s]+/, "")
    .replace(/[.\s]+$/, "");
  const named = plain === "" ? "file" : plain;
  return shortened(reserved.test(named) ? `_${named}` : named);
}

function shortened(name: string): string {
  if (Buffer.byteLength(name) <= nameLimitBytes) return name;
  const { name: stem, ext } = path.parse(name);
  const kept = Buffer.byteLength(ext) <= 20 ? ext : "";
  const room = nameLimitBytes - Buffer.byteLength(kept) - 8; // for a number that keeps it unique
  let short = "";
  for (const character of kept === "" ? name : stem) {
    if (Buffer.byteLength(short + character) > room) break;
    short += character;
  }
  return short + kept;
}
