import type { Row } from "#spi";
import type { CallState } from "../../ews/response-messages.ts";

/** ResponseClass, ResponseCode and MessageText of an answer's first message. */
export function responseRow(state: CallState): Row {
  const message = state.messages[0];
  return {
    ResponseClass: message?.responseClass ?? "Success",
    ResponseCode: message?.responseCode === undefined || message.responseCode === "" ? "NoError" : message.responseCode,
    MessageText: message?.text === undefined || message.text === "" ? null : message.text,
  };
}
