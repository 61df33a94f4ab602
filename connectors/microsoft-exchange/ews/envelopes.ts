import { protocolError } from "#spi";

/** Ends of envelopes, whatever their prefix. */
const envelopeEnd = /<\/(?:[\w-]+:)?Envelope\s*>/;

/** Far more than a server tells in one message. */
const longestEnvelope = 16 * 1024 * 1024;

/** The envelopes of an answer that holds several, one after another. Errors: PROTOCOL when one is too long. */
export async function* envelopesOf(body: AsyncIterable<Uint8Array | string>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8");
  let text = "";
  for await (const chunk of body) {
    text += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    for (let end = envelopeEnd.exec(text); end !== null; end = envelopeEnd.exec(text)) {
      const behind = end.index + end[0].length;
      yield text.slice(0, behind).trimStart();
      text = text.slice(behind);
    }
    if (text.length > longestEnvelope)
      throw protocolError("The server streams an answer without end.", { causeCode: "EWS_XML_INVALID" });
  }
}
