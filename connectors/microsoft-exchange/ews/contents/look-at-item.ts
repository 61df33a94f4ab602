import { notFound } from "#spi";
import type { EwsCaller, Operation } from "../call.ts";
import type { CallIdentity } from "../envelope.ts";
import { propertyPath } from "../properties.ts";
import { type CallState, callState, readMessages, throwIfError } from "../response-messages.ts";
import { element, leaf } from "../write-xml.ts";

/** An attachment as its item tells of it. */
export interface LookedAtAttachment {
  /** The name of its element. */
  readonly kind: string;
  id: string;
  name: string;
}

/** What is looked up of an item before or after a content goes. */
export interface ItemLook extends CallState {
  /** Kind of item: the name of its element. */
  kind: string;
  changeKey: string | undefined;
  subject: string;
  readonly attachments: LookedAtAttachment[];
}

const getLook = (id: string, property: "item:Subject" | "item:Attachments"): Operation<ItemLook> => ({
  name: "GetItem",
  repeatable: true,
  body: element(
    "m:GetItem",
    undefined,
    element(
      "m:ItemShape",
      undefined,
      leaf("t:BaseShape", "IdOnly"),
      element("t:AdditionalProperties", undefined, propertyPath({ uri: property })),
    ),
    element("m:ItemIds", undefined, element("t:ItemId", { Id: id })),
  ),
  start: () => ({ ...callState(), kind: "", changeKey: undefined, subject: "", attachments: [] }),
  read: (response) => {
    const item = readMessages(response, "GetItem").child("Items").any();
    item.onOpen((state, _, name) => {
      state.kind = name;
    });
    item.child("ItemId").onOpen((state, attributes) => {
      state.changeKey = attributes["ChangeKey"];
    });
    item.child("Subject").onText((state, text) => {
      state.subject = text;
    });
    const attachment = item.child("Attachments").any();
    attachment.onOpen((state, _, name) => {
      state.attachments.push({ kind: name, id: "", name: "" });
    });
    attachment.child("AttachmentId").onOpen((state, attributes) => {
      const last = state.attachments.at(-1);
      if (last !== undefined) last.id = attributes["Id"] ?? "";
    });
    attachment.child("Name").onText((state, text) => {
      const last = state.attachments.at(-1);
      if (last !== undefined) last.name = text;
    });
  },
  finish: (state) => throwIfError("GetItem", state),
});

/** An item's version with its subject or its attachments. Errors: NOT_FOUND. */
export async function lookAtItem(
  caller: EwsCaller,
  identity: CallIdentity,
  id: string,
  property: "item:Subject" | "item:Attachments",
  signal: AbortSignal,
): Promise<ItemLook> {
  const look = await caller.call(getLook(id, property), identity, signal);
  if (look.changeKey === undefined) throw notFound("Exchange answered no item for this id.");
  return look;
}
