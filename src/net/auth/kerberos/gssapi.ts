/** What is used of koffi; the package is optional, so its own types are not. */
export interface Koffi {
  load(file: string): { func(prototype: string): (...values: readonly unknown[]) => number };
  struct(name: string, members: Readonly<Record<string, string>>): unknown;
  view(address: bigint, length: number): ArrayBuffer;
}

/** `gss_buffer_desc`; going in its value is a buffer, coming out an address. */
export interface GssBuffer {
  length: number;
  value: Buffer | bigint | null;
}

/** Something of the library's that is kept between calls; koffi passes it as an array of one. */
export type Handle = [bigint | null];

type Status = number;

/** RFC 2744 as far as it is needed here. Parameters that are never used are left to `null`. */
export interface Gssapi {
  importName(minor: [number], name: GssBuffer, type: GssOid, handle: Handle): Status;
  releaseName(minor: [number], handle: Handle): Status;
  acquireCredential(minor: [number], name: bigint | null, usage: number, handle: Handle): Status;
  releaseCredential(minor: [number], handle: Handle): Status;
  initContext(minor: [number], parameters: InitParameters): Status;
  deleteContext(minor: [number], handle: Handle): Status;
  displayStatus(minor: [number], status: number, kind: number, more: [number], text: GssBuffer): Status;
  /** Copies what the library wrote and gives its memory back. */
  take(buffer: GssBuffer): Buffer;
}

export interface InitParameters {
  readonly credential: bigint | null;
  readonly context: Handle;
  readonly name: bigint | null;
  readonly mechanism: GssOid;
  readonly flags: number;
  readonly binding: ChannelBindings | null;
  readonly input: GssBuffer;
  readonly output: GssBuffer;
  readonly granted: [number];
}

/** `gss_OID_desc`. */
export interface GssOid {
  readonly length: number;
  readonly elements: Buffer;
}

/** `gss_channel_bindings_struct` with application data alone. */
export interface ChannelBindings {
  readonly initiator_addrtype: 0;
  readonly initiator_address: GssBuffer;
  readonly acceptor_addrtype: 0;
  readonly acceptor_address: GssBuffer;
  readonly application_data: GssBuffer;
}

const oid = (hex: string): GssOid => ({ length: hex.length / 2, elements: Buffer.from(hex, "hex") });

/** Object identifiers of RFC 2744 and RFC 4178. */
export const oids = {
  spnego: oid("2b0601050502"),
  userName: oid("2a864886f71201020101"),
  hostBasedService: oid("2a864886f71201020104"),
} as const;

/** An empty `gss_buffer_desc`. */
export const noBuffer = (): GssBuffer => ({ length: 0, value: null });

const prototypes = {
  importName: "gss_import_name(_Out_ uint32_t *minor, gss_buffer *name, gss_oid *type, _Out_ void **handle)",
  releaseName: "gss_release_name(_Out_ uint32_t *minor, _Inout_ void **handle)",
  acquireCredential:
    "gss_acquire_cred(_Out_ uint32_t *minor, void *name, uint32_t seconds, void *mechanisms, int usage, _Out_ void **handle, void *actual, void *granted)",
  releaseCredential: "gss_release_cred(_Out_ uint32_t *minor, _Inout_ void **handle)",
  initContext:
    "gss_init_sec_context(_Out_ uint32_t *minor, void *credential, _Inout_ void **context, void *name, gss_oid *mechanism, uint32_t flags, uint32_t seconds, gss_channel_bindings *binding, gss_buffer *input, void *actual, _Out_ gss_buffer *output, _Out_ uint32_t *granted, void *time)",
  deleteContext: "gss_delete_sec_context(_Out_ uint32_t *minor, _Inout_ void **handle, void *token)",
  displayStatus:
    "gss_display_status(_Out_ uint32_t *minor, uint32_t status, int kind, void *mechanism, _Inout_ uint32_t *more, _Out_ gss_buffer *text)",
  releaseBuffer: "gss_release_buffer(_Out_ uint32_t *minor, _Inout_ gss_buffer *buffer)",
} as const;

/** The functions of a GSSAPI library; throws when the machine has none of that name. */
export function loadGssapi(koffi: Koffi, library: string): Gssapi {
  const loaded = opened(koffi, library);
  koffi.struct("gss_buffer", { length: "size_t", value: "void *" });
  koffi.struct("gss_oid", { length: "uint32_t", elements: "void *" });
  koffi.struct("gss_channel_bindings", {
    initiator_addrtype: "uint32_t",
    initiator_address: "gss_buffer",
    acceptor_addrtype: "uint32_t",
    acceptor_address: "gss_buffer",
    application_data: "gss_buffer",
  });
  const call = (name: keyof typeof prototypes) => loaded.func(`uint32_t ${prototypes[name]}`);
  const acquire = call("acquireCredential");
  const init = call("initContext");
  const remove = call("deleteContext");
  const display = call("displayStatus");
  const releaseBuffer = call("releaseBuffer");
  return {
    importName: call("importName"),
    releaseName: call("releaseName"),
    acquireCredential: (minor, name, usage, handle) => acquire(minor, name, 0, null, usage, handle, null, null),
    releaseCredential: call("releaseCredential"),
    initContext: (minor, { credential, context, name, mechanism, flags, binding, input, output, granted }) =>
      init(minor, credential, context, name, mechanism, flags, 0, binding, input, null, output, granted, null),
    deleteContext: (minor, handle) => remove(minor, handle, null),
    displayStatus: (minor, status, kind, more, text) => display(minor, status, kind, null, more, text),
    take(buffer) {
      const { length, value } = buffer;
      const copy = typeof value === "bigint" ? Buffer.from(koffi.view(value, length).slice(0)) : Buffer.alloc(0);
      releaseBuffer([0], buffer);
      return copy;
    },
  };
}

function opened(koffi: Koffi, library: string): ReturnType<Koffi["load"]> {
  try {
    return koffi.load(library);
  } catch (cause) {
    throw new Error(`the system's Kerberos library ${library} (Debian: libgssapi-krb5-2) is not there`, { cause });
  }
}
