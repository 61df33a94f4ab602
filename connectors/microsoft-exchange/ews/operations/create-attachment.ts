import type { Operation } from "../call.ts";
import { type CallState, callState, readMessages, throwIfError } from "../response-messages.ts";
import { contentPlace } from "../streamed-body.ts";
import { element, leaf, type Xml } from "../write-xml.ts";

/** A file to attach. */
export interface FileAttachment {
  readonly name: string;
  /** Base64, or the place of a content that is streamed. */
  readonly content: string;
  readonly contentType?: string;
  readonly contentId?: string;
  readonly isInline?: boolean;
}

/** `t:FileAttachment`. */
export const fileAttachment = (file: FileAttachment): Xml =>
  element(
    "t:FileAttachment",
    undefined,
    leaf("t:Name", file.name),
    file.contentType === undefined ? undefined : leaf("t:ContentType", file.contentType),
    file.contentId === undefined ? undefined : leaf("t:ContentId", file.contentId),
    file.isInline === undefined ? undefined : leaf("t:IsInline", file.isInline),
    file.content === contentPlace ? element("t:Content", undefined, contentPlace) : leaf("t:Content", file.content),
  );

/** Ids after a change of an item's attachments: the item has a new version. */
export interface AttachedState extends CallState {
  attachmentId: string | undefined;
  rootItemId: string | undefined;
  rootItemChangeKey: string | undefined;
}

const start = (): AttachedState => ({
  ...callState(),
  attachmentId: undefined,
  rootItemId: undefined,
  rootItemChangeKey: undefined,
});

/** CreateAttachment: adds one file to an item. */
export const createAttachment = (
  parent: { readonly id: string; readonly changeKey: string | undefined },
  file: FileAttachment,
): Operation<AttachedState> => ({
  name: "CreateAttachment",
  repeatable: false,
  body: element(
    "m:CreateAttachment",
    undefined,
    element("m:ParentItemId", { Id: parent.id, ChangeKey: parent.changeKey }),
    element("m:Attachments", undefined, fileAttachment(file)),
  ),
  start,
  read: (response) => {
    const attachment = readMessages(response, "CreateAttachment").child("Attachments").any();
    attachment.child("AttachmentId").onOpen((state, attributes) => {
      state.attachmentId = attributes["Id"];
      state.rootItemId = attributes["RootItemId"];
      state.rootItemChangeKey = attributes["RootItemChangeKey"];
    });
  },
  finish: (state) => throwIfError("CreateAttachment", state),
});
