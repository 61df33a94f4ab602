import { ConnectorError, invalidQuery, type Row } from "#spi";
import type { ProcedureRun } from "../../ews/binding.ts";
import type { CallIdentity } from "../../ews/envelope.ts";
import { responseError } from "../../ews/errors.ts";
import { identityOf } from "../../ews/identity.ts";
import { fileAttachment } from "../../ews/operations/create-attachment.ts";
import { createItem } from "../../ews/operations/create-item.ts";
import { deleteItem } from "../../ews/operations/delete-item.ts";
import { getItem } from "../../ews/operations/get-item.ts";
import { sendItem } from "../../ews/operations/send-item.ts";
import { itemShape } from "../../ews/properties.ts";
import { recognitionProperty } from "../../ews/recognition.ts";
import { type CallState, isError, throwIfError, wordOf } from "../../ews/response-messages.ts";
import { RowReader } from "../../ews/row-reader.ts";
import { lookUpCreated } from "../../ews/write/look-up.ts";
import { isUnknown } from "../../ews/write/outcomes.ts";
import { element, leaf, text, type Xml } from "../../ews/write-xml.ts";
import { base64Input } from "./base64-input.ts";
import { definition, impersonationInputs, optional, required, responseOutputs, textInput } from "./parameters.ts";
import { recipients } from "./recipient-markup.ts";
import { responseRow } from "./response-row.ts";

type Input = ProcedureRun["input"];
interface Draft {
  readonly id: string;
  readonly changeKey: string | undefined;
}

function attachment(input: Input): Xml | undefined {
  const content = textInput(input["AttachmentContent"]);
  const name = textInput(input["AttachmentName"]);
  if (content === undefined && name === undefined) return undefined;
  if (name === undefined) throw invalidQuery("AttachmentContent needs AttachmentName.", { target: "AttachmentName" });
  if (content === undefined)
    throw invalidQuery("AttachmentName needs AttachmentContent.", { target: "AttachmentContent" });
  return element(
    "t:Attachments",
    undefined,
    fileAttachment({ name, content: base64Input(content, "AttachmentContent") }),
  );
}

function message(input: Input, rowId: string): Xml {
  const to = recipients("To", textInput(input["ToRecipients"]));
  if (to === undefined) throw invalidQuery("ToRecipients names nobody.", { target: "ToRecipients" });
  return element(
    "t:Message",
    undefined,
    leaf("t:Subject", String(input["Subject"] ?? ""), { about: "Subject" }),
    element(
      "t:Body",
      { BodyType: String(input["BodyType"] ?? "HTML") },
      text(String(input["Content"] ?? ""), "Content"),
    ),
    attachment(input),
    leaf("t:Importance", String(input["Importance"] ?? "Normal")),
    recognitionProperty(rowId),
    to,
    recipients("Cc", textInput(input["CcRecipients"])),
    recipients("Bcc", textInput(input["BccRecipients"])),
  );
}

/**
 * A message is saved as a draft first and sent by its id: should an answer be lost, the draft tells whether it was sent,
 * and nothing is ever sent twice.
 */
class Sending {
  readonly #run: ProcedureRun;
  readonly #identity: CallIdentity;

  constructor(run: ProcedureRun) {
    this.#run = run;
    this.#identity = identityOf(run.caller.config, run.input);
  }

  async send(): Promise<readonly Row[]> {
    const { caller, input, signal } = this.#run;
    const draft = await this.#draft();
    const save = input["SaveToFolder"] !== false;
    try {
      const state = await caller.call(sendItem({ ...draft, save }), this.#identity, signal);
      throwIfError("SendItem", state);
      return [responseRow(state)];
    } catch (error) {
      if (!isUnknown(error)) {
        await this.#discard(draft);
        throw error;
      }
      if (await this.#wasSent(draft)) return [{ ResponseClass: "Success", ResponseCode: "NoError", MessageText: null }];
      throw error;
    }
  }

  /** Saving alone sends nothing: a lost answer here leaves a draft at worst. */
  async #draft(): Promise<Draft> {
    const { caller, input, signal } = this.#run;
    const rowId = `${caller.context.random.uuid()}/0`;
    const operation = createItem({
      items: [message(input, rowId)],
      folder: { name: "drafts" },
      disposition: "SaveOnly",
    });
    try {
      const state = await caller.call(operation, this.#identity, signal);
      throwIfError("CreateItem", state);
      const key = state.keys[0];
      if (key !== undefined) return { id: key.id, changeKey: key.changeKey };
      throw new ConnectorError("PROTOCOL", "The server saved a draft without telling its id.", { effect: "unknown" });
    } catch (error) {
      if (!isUnknown(error)) throw error;
      const lookUp = { batchId: rowId, identity: this.#identity, folder: { name: "drafts" as const }, rowIds: [rowId] };
      const found = (await lookUpCreated(caller, lookUp, signal)).get(rowId);
      if (found === undefined) throw error.with({ effect: "none" });
      return { id: found.id, changeKey: found.changeKey };
    }
  }

  /** A draft that is gone has left for the recipients. */
  async #wasSent(draft: Draft): Promise<boolean> {
    const { caller, signal } = this.#run;
    const operation = getItem({ ids: [draft.id], shape: itemShape([]), rows: new RowReader([]) });
    const state = await caller.call(operation, this.#identity, signal).catch(() => undefined);
    return state?.messages[0]?.responseCode === "ErrorItemNotFound";
  }

  async #discard(draft: Draft): Promise<void> {
    const { caller, signal } = this.#run;
    const operation = deleteItem({ ids: [draft], how: "HardDelete", cancellations: "SendToNone" });
    try {
      const state: CallState = await caller.call(operation, this.#identity, signal);
      const failed = state.messages.find(isError);
      if (failed !== undefined) throw responseError("DeleteItem", wordOf(failed));
    } catch (error) {
      caller.context.log.warn({ err: error }, "a draft that could not be sent stays in Drafts");
    }
  }
}

/** SendMail: writes and sends one message. */
export const sendMail = definition(
  {
    name: "SendMail",
    description: "Writes and sends one message.",
    writes: true,
    inputs: [
      required("Subject", "string", "Subject line."),
      required("Content", "string", "Body."),
      required("ToRecipients", "string", "Addresses separated by commas or semicolons; names as `Name <address>`."),
      optional("CcRecipients", "string", "Cc, in the same form."),
      optional("BccRecipients", "string", "Bcc, in the same form."),
      optional("AttachmentName", "string", "Name of the one attachment."),
      optional("AttachmentContent", "string", "The attachment, base64."),
      optional("BodyType", "string", "Form of Content.", { default: "HTML", allowed: ["HTML", "Text"] }),
      optional("Importance", "string", "Importance.", { default: "Normal", allowed: ["Low", "Normal", "High"] }),
      optional("SaveToFolder", "boolean", "Keep a copy in Sent Items.", { default: true }),
      ...impersonationInputs,
    ],
    outputs: responseOutputs,
  },
  (run) => new Sending(run).send(),
);
