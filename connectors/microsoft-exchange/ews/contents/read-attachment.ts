import { type ConnectorError, type Content, notFound, unsupported } from "#spi";
import { Base64Decoder } from "../../contents/base64.ts";
import { type ContentSink, opened } from "../../contents/content-sink.ts";
import type { EwsCaller, Operation } from "../call.ts";
import type { ElementReader } from "../element-reader.ts";
import type { CallIdentity } from "../envelope.ts";
import { type CallState, callState, readMessages, throwIfError } from "../response-messages.ts";
import { element, leaf } from "../write-xml.ts";
import { mimeForm } from "./mime-form.ts";

/** What Exchange says of an attachment before its content. */
export interface AttachmentAbout {
  name: string;
  contentType: string;
  contentId: string;
  contentLocation: string;
  size: string;
  modified: string;
  isInline: string;
  /** Where a link leads. */
  address: string;
}

interface StreamState extends CallState, AttachmentAbout {
  /** Kind of attachment: the name of its element. */
  kind: string;
}

const elementsOf: Readonly<Record<string, keyof AttachmentAbout>> = {
  Name: "name",
  ContentType: "contentType",
  ContentId: "contentId",
  ContentLocation: "contentLocation",
  Size: "size",
  LastModifiedTime: "modified",
  IsInline: "isInline",
  AttachLongPathName: "address",
};

const nothingYet: AttachmentAbout = {
  name: "",
  contentType: "",
  contentId: "",
  contentLocation: "",
  size: "",
  modified: "",
  isInline: "",
  address: "",
};

/** One attachment by GetAttachment, its content decoded while it arrives. Errors: NOT_FOUND, UNSUPPORTED. */
export function readAttachment(
  caller: EwsCaller,
  identity: CallIdentity,
  id: string,
  signal: AbortSignal,
  tell: (about: AttachmentAbout) => void = () => undefined,
): Promise<Content> {
  return opened(signal, async (sink, inner) => {
    const state = await caller.call(getContent(id, sink, tell), identity, inner);
    if (!sink.isOpen) throw withoutContent(state);
  });
}

function getContent(id: string, sink: ContentSink, tell: (about: AttachmentAbout) => void): Operation<StreamState> {
  const flow = new Base64Flow(sink);
  return {
    name: "GetAttachment",
    get repeatable() {
      return !sink.isOpen;
    },
    limitBytes: Number.POSITIVE_INFINITY,
    taken: () => flow.taken(),
    body: element(
      "m:GetAttachment",
      undefined,
      element("m:AttachmentShape", undefined, leaf("t:IncludeMimeContent", true)),
      element("m:AttachmentIds", undefined, element("t:AttachmentId", { Id: id })),
    ),
    start: () => ({ ...callState(), kind: "", ...nothingYet }),
    read: (response) => {
      const attachment = readMessages(response, "GetAttachment").child("Attachments").any();
      attachment.onOpen((state, _, name) => {
        state.kind = name;
      });
      readHead(attachment);
      flow.attach(attachment.child("Content"), (state) => {
        tell(state);
        sink.open({
          name: state.name,
          contentType: state.contentType || "application/octet-stream",
          version: `${id} ${state.modified}`,
        });
      });
      const item = attachment.any();
      let itemElement = "";
      item.onOpen((_state, _attributes, name) => {
        itemElement = name;
      });
      flow.attach(item.child("MimeContent"), (state) => {
        const { contentType, extension } = mimeForm(itemElement);
        tell(state);
        sink.open({ name: `${state.name}${extension}`, contentType, version: `${id} ${state.modified}` });
      });
    },
    finish: (state) => {
      throwIfError("GetAttachment", state);
      flow.end();
    },
  };
}

function readHead(attachment: ElementReader<StreamState>): void {
  for (const [name, member] of Object.entries(elementsOf)) {
    attachment.child(name).onText((state, text) => {
      state[member] = text;
    });
  }
}

function withoutContent(state: StreamState): ConnectorError {
  if (state.kind === "") return notFound("Exchange answered no attachment for this id.");
  const name = state.name === "" ? "This attachment" : `The attachment "${state.name}"`;
  const remote = { service: "EWS", operation: "GetAttachment" } as const;
  if (state.kind === "ReferenceAttachment") {
    const where = state.address === "" ? "" : ` It leads to ${state.address}`;
    return unsupported(`${name} is a link to a file elsewhere: the mailbox holds no content of it.${where}`, {
      remote,
    });
  }
  return unsupported(`${name} has no content that Exchange gives out (${state.kind}).`, { remote });
}

/** Hands base64 text of an element on to a sink as bytes. */
export class Base64Flow {
  readonly #sink: ContentSink;
  readonly #decoder = new Base64Decoder();
  #pending: Promise<void> | undefined;

  constructor(sink: ContentSink) {
    this.#sink = sink;
  }

  attach<S>(reader: ElementReader<S>, open: (state: S) => void): void {
    reader.onOpen(open).onPieces((_, piece) => {
      this.#pending = this.#sink.write(this.#decoder.next(piece));
    });
  }

  async taken(): Promise<void> {
    await this.#pending;
    this.#pending = undefined;
  }

  /** Errors: PROTOCOL when the text ended in the middle. */
  end(): void {
    this.#decoder.end();
  }
}
