import { ConnectorError } from "#spi";
import type { Operation } from "../call.ts";
import { type CallState, callState, readMessages, throwIfError } from "../response-messages.ts";
import { converter } from "../values.ts";
import { element, leaf } from "../write-xml.ts";

/** One attachment with its content. */
export interface AttachmentContent {
  AttachmentId: string | null;
  Name: string | null;
  ContentType: string | null;
  ContentId: string | null;
  ContentLocation: string | null;
  Size: number | null;
  LastModifiedTime: string | null;
  IsInline: boolean | null;
  /** Base64: of a file its bytes, of an attached item its MIME source. */
  Content: string | null;
}

export interface AttachmentState extends CallState {
  readonly attachments: AttachmentContent[];
}

export interface GetAttachmentRequest {
  readonly ids: readonly string[];
  readonly includeMimeContent: boolean;
  readonly bodyType: string;
}

// The content is held as a whole: 10 MB of files in base64, and room for what is said of them.
const limitBytes = 15 * 1024 * 1024;

const texts = ["Name", "ContentType", "ContentId", "ContentLocation"] as const;

const last = (state: AttachmentState): AttachmentContent => {
  const attachment = state.attachments[state.attachments.length - 1];
  if (attachment === undefined) throw new ConnectorError("INTERNAL", "An attachment's member came before it.");
  return attachment;
};

/** GetAttachment: attachments by id, with content. */
export const getAttachment = (request: GetAttachmentRequest): Operation<AttachmentState> => ({
  name: "GetAttachment",
  repeatable: true,
  limitBytes,
  body: element(
    "m:GetAttachment",
    undefined,
    element(
      "m:AttachmentShape",
      undefined,
      leaf("t:IncludeMimeContent", request.includeMimeContent),
      leaf("t:BodyType", request.bodyType),
    ),
    element(
      "m:AttachmentIds",
      undefined,
      request.ids.map((id) => element("t:AttachmentId", { Id: id })),
    ),
  ),
  start: () => ({ ...callState(), attachments: [] }),
  read: (response) => {
    const attachment = readMessages(response, "GetAttachment").child("Attachments").any();
    attachment.onOpen((state) => {
      state.attachments.push({
        AttachmentId: null,
        Name: null,
        ContentType: null,
        ContentId: null,
        ContentLocation: null,
        Size: null,
        LastModifiedTime: null,
        IsInline: null,
        Content: null,
      });
    });
    attachment.child("AttachmentId").onOpen((state, attributes) => {
      last(state).AttachmentId = attributes["Id"] ?? null;
    });
    for (const name of texts) {
      attachment.child(name).onText((state, text) => {
        last(state)[name] = text;
      });
    }
    attachment.child("Size").onText((state, text) => {
      last(state).Size = Number(text);
    });
    attachment.child("LastModifiedTime").onText((state, text) => {
      last(state).LastModifiedTime = String(converter("datetime")(text));
    });
    attachment.child("IsInline").onText((state, text) => {
      last(state).IsInline = text === "true";
    });
    attachment.child("Content").onText((state, text) => {
      last(state).Content = text.replace(/\s+/g, "");
    });
    attachment
      .any()
      .child("MimeContent")
      .onText((state, text) => {
        last(state).Content = text.replace(/\s+/g, "");
      });
  },
  finish: (state) => throwIfError("GetAttachment", state),
});
