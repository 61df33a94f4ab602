/** js-md4 0.3.2 ships no types. Its shortcut `md4(…)` asks OpenSSL, which no longer has MD4; `create()` computes itself. */
declare module "js-md4" {
  const md4: { create(): { update(message: Uint8Array): { arrayBuffer(): ArrayBuffer } } };
  export default md4;
}
