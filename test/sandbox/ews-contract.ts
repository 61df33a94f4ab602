import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { XmlDocument, XsdValidator } from "libxml2-wasm";
import { xmlRegisterFsInputProviders } from "libxml2-wasm/lib/nodejs.mjs";

/** Which server's schema a message is checked against. */
export type EwsContract = "online" | "onprem";

const folder = new URL("../../../shared/reference/ews/", import.meta.url);
const files: Record<EwsContract, string> = {
  online: fileURLToPath(new URL("soap-envelope.xsd", folder)),
  onprem: fileURLToPath(new URL("onprem-se/soap-envelope.xsd", folder)),
};

/** Whether Microsoft's schema files lie beside this checkout. */
export const hasEwsContract = existsSync(files.online) && existsSync(files.onprem);

/** For `describe` titles: says why the checks are skipped. */
export const ewsContractTitle = hasEwsContract
  ? "EWS contract"
  : "EWS contract (skipped: no ../shared/reference/ews beside this checkout)";

const validators = new Map<EwsContract, XsdValidator>();

/** What is wrong with a whole SOAP message by Microsoft's schemas; undefined when it is valid. */
export function validateEws(xml: string, contract: EwsContract = "online"): string | undefined {
  // saxes and libxml2 differ in what they take; a message that is no XML at all is a finding too
  let document: XmlDocument;
  try {
    document = XmlDocument.fromString(xml);
  } catch (error) {
    return `not well-formed: ${messageOf(error)}`;
  }
  try {
    validatorFor(contract).validate(document);
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    document.dispose();
  }
}

function validatorFor(contract: EwsContract): XsdValidator {
  const known = validators.get(contract);
  if (known) return known;
  if (!hasEwsContract) throw new Error("the EWS schemas are not beside this checkout: check hasEwsContract first");
  xmlRegisterFsInputProviders();
  const schema = XmlDocument.fromBuffer(readFileSync(files[contract]), { url: files[contract] });
  const validator = XsdValidator.fromDoc(schema);
  validators.set(contract, validator);
  return validator;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const details = (error as { details?: { message: string; line?: number }[] }).details;
  return details?.length ? details.map((one) => `${one.line ?? "?"}: ${one.message.trim()}`).join("\n") : error.message;
}
