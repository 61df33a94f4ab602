import type { Upload } from "#spi";

/** An upload whose size is known, as Graph demands it. */
export type SizedUpload = Upload & { readonly sizeBytes: number };

/** What a file of no stated type is called. */
export const DEFAULT_TYPE = "application/octet-stream";
