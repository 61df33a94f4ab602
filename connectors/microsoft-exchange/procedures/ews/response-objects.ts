import type { Parameter, Row } from "#spi";
import type { ProcedureRun } from "../../ews/binding.ts";
import { responseError } from "../../ews/errors.ts";
import { identityOf } from "../../ews/identity.ts";
import { createItem } from "../../ews/operations/create-item.ts";
import { throwIfError, wordOf } from "../../ews/response-messages.ts";
import { currentItems } from "../../ews/write/current-items.ts";
import { element, text, type Xml } from "../../ews/write-xml.ts";
import { output, textInput } from "./parameters.ts";

/** The output of procedures that only do something, under the name it has in schema MSGraph. */
export const statusOutput: Parameter = output("Status", "string", "Success when Exchange did what was asked.");
export const success: Row = { Status: "Success" };

/** `t:ReferenceItemId`: Exchange wants the version answered, so it is looked up. Errors: NOT_FOUND, with the input. */
async function reference({ caller, input, signal }: ProcedureRun, idInput: string): Promise<Xml> {
  const id = String(input[idInput]);
  const item = (await currentItems(caller, identityOf(caller.config, input), [id], [], signal)).get(id);
  if (item?.problem !== undefined) throw responseError("GetItem", wordOf(item.problem)).with({ target: idInput });
  return element("t:ReferenceItemId", { Id: id, ChangeKey: item?.changeKey });
}

/** An answer to an item: reply, forward, acceptance, cancellation. */
export interface ResponseObject {
  readonly name: string;
  /** Input that holds the id of the item answered. */
  readonly idInput: string;
  /** Elements before and after ReferenceItemId, in the schema's order. */
  readonly before?: readonly (Xml | undefined)[];
  readonly after?: readonly (Xml | undefined)[];
  readonly disposition?: "SaveOnly" | "SendOnly" | "SendAndSaveCopy";
}

/** Sends an answer to an item by CreateItem. */
export async function respond(run: ProcedureRun, answer: ResponseObject): Promise<readonly Row[]> {
  const { caller, input, signal } = run;
  const { name, idInput, before = [], after = [], disposition = "SendAndSaveCopy" } = answer;
  const markup = element(`t:${name}`, undefined, before, await reference(run, idInput), after);
  const operation = createItem({ items: [markup], disposition });
  throwIfError("CreateItem", await caller.call(operation, identityOf(caller.config, input), signal));
  return [success];
}

/** Text the sender adds, in an element of that name; nothing when there is none. */
export function comment(input: ProcedureRun["input"], name: "Body" | "NewBodyContent"): Xml | undefined {
  const given = textInput(input["Comment"]);
  return given === undefined ? undefined : element(`t:${name}`, { BodyType: "Text" }, text(given, "Comment"));
}
