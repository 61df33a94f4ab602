import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, unlink } from "node:fs/promises";
import path from "node:path";
import type { Upload } from "#spi";

/** An upload that lies in a file until it is closed. */
export interface SpooledUpload {
  readonly upload: Upload & { readonly sizeBytes: number };
  /** SHA-256 of its bytes, base64url. */
  readonly digest: string;
  close(): Promise<void>;
}

const readBytes = 64 * 1024;

/**
 * Writes an upload to a file of this folder to find out its size, or its fingerprint, before it goes on. The file has no
 * name from its first byte on, so nothing of it stays behind, whatever becomes of the process.
 */
export async function spool(upload: Upload, folder: string): Promise<SpooledUpload> {
  const handle = await openNameless(folder);
  try {
    const hash = createHash("sha256");
    let sizeBytes = 0;
    for await (const chunk of upload.bytes()) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      // Not `write`, which may store a part only where a disk is full.
      await handle.writeFile(chunk);
    }
    const bytes = () => bytesOf(handle, sizeBytes);
    return {
      upload: { ...upload, sizeBytes, isRepeatable: true, bytes },
      digest: hash.digest("base64url"),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openNameless(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const place = path.join(folder, `${randomBytes(12).toString("hex")}.part`);
  const handle = await open(place, "wx+", 0o600);
  await unlink(place);
  return handle;
}

async function* bytesOf(handle: FileHandle, sizeBytes: number): AsyncGenerator<Uint8Array, void> {
  for (let position = 0; position < sizeBytes; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(readBytes), 0, readBytes, position);
    if (bytesRead === 0) throw new Error("the spooled upload is shorter than it was written");
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
