import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { alice } from "../../support/stand.ts";
import type { WalkContext } from "./walk.ts";

/** Has a user sign in at an address of the authority; answers the code that the sign-in ends with. */
export async function codeOf({ stand: { sandbox } }: WalkContext, address: unknown): Promise<string> {
  setDefaultCACertificates([...getCACertificates("default"), sandbox.tls.ca]);
  const page = new URL(String(address));
  page.searchParams.set("login_hint", alice);
  page.searchParams.delete("prompt");
  const answer = await fetch(page, { redirect: "manual" });
  const code = new URL(answer.headers.get("location") ?? "about:blank").searchParams.get("code");
  if (code === null) throw new Error(`no code: ${answer.status} ${await answer.text()}`);
  return code;
}
