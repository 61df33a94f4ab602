import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, rename, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { ConnectorError, type Random } from "#spi";
import { keyBytes } from "./envelope.ts";

const shape = /^[A-Za-z0-9+/]{43}=$/;

/** The master key of a file; nothing when there is no such file. Errors: INVALID_PROPERTY when others may read it or it holds no key. */
export async function readMasterKey(path: string): Promise<Buffer | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw refused(path, `cannot be read (${error.code})`);
  });
  if (text === undefined) return undefined;
  await checkOwnership(path);
  const line = text.replace(/\r?\n$/, "");
  if (!shape.test(line)) throw refused(path, "does not hold one line with 32 bytes in base64");
  return Buffer.from(line, "base64");
}

async function checkOwnership(path: string): Promise<void> {
  // Windows has neither modes nor numeric owners.
  if (process.platform === "win32") return;
  const { mode, uid } = await stat(path);
  const permissions = mode & 0o777;
  if (permissions !== 0o600 && permissions !== 0o400)
    throw refused(path, `has mode ${permissions.toString(8).padStart(4, "0")}; it must be 0600 or 0400`);
  const own = process.geteuid?.();
  if (uid !== own && uid !== 0) throw refused(path, `belongs to user ${uid}, not to the user of this process (${own})`);
}

/** Makes a key and its file, durable before anything is sealed with it. Another process that made one first wins. */
export async function createMasterKey(path: string, random: Random): Promise<Buffer> {
  const key = Buffer.from(random.bytes(keyBytes));
  await writeDurably(path, `${key.toString("base64")}\n`);
  const settled = await readMasterKey(path);
  if (settled === undefined) throw refused(path, "vanished while it was being made");
  return settled;
}

/**
 * Write, fsync, name, fsync of the folder: a file that was only written came back as zero bytes after a power cut.
 * An existing file is left as it is.
 */
export async function writeDurably(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}.new`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await giveName(temporary, path);
  await syncFolder(folder);
}

const noHardLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

/** A hard link never overwrites, unlike rename, so of two first starts one key stays. */
async function giveName(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
    await unlink(temporary);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") await unlink(temporary);
    else if (code !== undefined && noHardLinks.has(code)) await rename(temporary, path);
    else throw error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const refused = (path: string, what: string): ConnectorError =>
  new ConnectorError("INVALID_PROPERTY", `The key file ${path} ${what}.`, { target: "MASTER_KEY_FILE" });
