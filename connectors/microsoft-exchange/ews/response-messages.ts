import type { ElementReader } from "./element-reader.ts";
import { responseError, type ServerWord } from "./errors.ts";

/** What every answer may hold beside its own content. */
export interface CallState {
  /** Build of the server, as `ServerVersionInfo` tells it. */
  serverVersion: string | undefined;
  fault: FaultWord | undefined;
  /** The response element of the operation was seen. */
  answered: boolean;
  readonly messages: ResponseMessage[];
}

/** A SOAP fault. */
export interface FaultWord {
  faultCode: string;
  text: string;
  responseCode: string;
  backOffMs: number | undefined;
}

/** One response message: the answer to one item, folder or part of a request. */
export interface ResponseMessage {
  readonly responseClass: string;
  responseCode: string;
  text: string;
  fieldUri: string | undefined;
  backOffMs: number | undefined;
}

/** A fresh state; operations add what they read. */
export const callState = (): CallState => ({
  serverVersion: undefined,
  fault: undefined,
  answered: false,
  messages: [],
});

export const isError = (message: ResponseMessage): boolean => message.responseClass === "Error";

/** The message being read; messages are pushed when they open. */
export const lastMessage = (state: CallState): ResponseMessage =>
  state.messages[state.messages.length - 1] as ResponseMessage;

/** Waits and property names that Exchange puts in MessageXml, of faults and of messages alike. */
function readMessageXml<S extends CallState>(
  xml: ElementReader<S>,
  of: (state: S) => { backOffMs: number | undefined; fieldUri?: string | undefined } | undefined,
): void {
  let name = "";
  xml
    .child("Value")
    .onOpen((_, attributes) => {
      name = attributes["Name"] ?? "";
    })
    .onText((state, text) => {
      const target = of(state);
      if (target !== undefined && name === "BackOffMilliseconds") target.backOffMs = Math.max(0, Number(text) || 0);
    });
  for (const uri of ["FieldURI", "IndexedFieldURI"]) {
    xml.child(uri).onOpen((state, attributes) => {
      const target = of(state);
      const index = attributes["FieldIndex"];
      if (target !== undefined)
        target.fieldUri = (attributes["FieldURI"] ?? "") + (index === undefined ? "" : `:${index}`);
    });
  }
}

/** Reads the common part of one kind of response message below `parent`; answers its reader for the rest. */
export const readMessage = <S extends CallState>(parent: ElementReader<S>, name: string): ElementReader<S> =>
  readDirectMessage(parent.child(name));

/** Reads the common part of a response message; of some operations the response itself is one. */
export function readDirectMessage<S extends CallState>(message: ElementReader<S>): ElementReader<S> {
  message.onOpen((state, attributes) => {
    state.messages.push({
      responseClass: attributes["ResponseClass"] ?? "Error",
      responseCode: "",
      text: "",
      fieldUri: undefined,
      backOffMs: undefined,
    });
  });
  message.child("ResponseCode").onText((state, text) => {
    lastMessage(state).responseCode = text;
  });
  message.child("MessageText").onText((state, text) => {
    lastMessage(state).text = text;
  });
  readMessageXml(message.child("MessageXml"), lastMessage);
  return message;
}

/** The usual form: m:XResponse / m:ResponseMessages / m:XResponseMessage. */
export const readMessages = <S extends CallState>(response: ElementReader<S>, operation: string): ElementReader<S> =>
  readMessage(response.child("ResponseMessages"), `${operation}ResponseMessage`);

/** Reads a SOAP fault into the state. */
export function readFault<S extends CallState>(fault: ElementReader<S>): void {
  fault.onOpen((state) => {
    state.fault = { faultCode: "", text: "", responseCode: "", backOffMs: undefined };
  });
  const set = (reader: ElementReader<S>, put: (word: FaultWord, text: string) => void) =>
    reader.onText((state, text) => {
      if (state.fault !== undefined) put(state.fault, text);
    });
  set(fault.child("faultcode"), (word, text) => {
    word.faultCode = text.trim();
  });
  set(fault.child("faultstring"), (word, text) => {
    word.text = text;
  });
  const detail = fault.child("detail");
  set(detail.child("ResponseCode"), (word, text) => {
    word.responseCode = text.trim();
  });
  readMessageXml(detail.child("MessageXml"), (state) => state.fault);
}

/** A response message as what errors.ts judges. */
export const wordOf = (message: ResponseMessage): ServerWord => ({
  responseCode: message.responseCode,
  text: message.text,
  ...(message.backOffMs === undefined ? {} : { backOffMs: message.backOffMs }),
  ...(message.fieldUri === undefined ? {} : { fieldUri: message.fieldUri }),
});

/** Throws when the one message of a call is an error. */
export function throwIfError(operation: string, state: CallState): void {
  const failed = state.messages.find(isError);
  if (failed !== undefined) throw responseError(operation, wordOf(failed));
}

/** Throws when nothing was done for want of capacity, so that the whole call can be repeated. */
export function throwIfAllBusy(operation: string, state: CallState): void {
  // An error costs a stack trace: none is made for messages that succeeded.
  if (!state.messages.every(isError)) return;
  const errors = state.messages.map((message) => responseError(operation, wordOf(message)));
  const first = errors[0];
  if (first !== undefined && errors.every((error) => error.code === "BUSY")) throw first;
}
