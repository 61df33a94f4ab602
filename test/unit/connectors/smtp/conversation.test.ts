import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { Conversation } from "../../../../connectors/smtp/protocol/conversation.ts";
import { FakeClock, never } from "../../net/support.ts";

/** A server that says this at once and takes everything. */
function conversationWith(said: string): Conversation {
  const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  stream.push(said);
  return new Conversation(stream, { host: "mail.test", timeoutMs: 0, clock: new FakeClock(), signal: never });
}

test("a reply of many long lines is not kept", async () => {
  const line = `250-${"x".repeat(60_000)}\r\n`;
  const conversation = conversationWith(`${line.repeat(3)}250 end\r\n`);
  await expect(conversation.reply("EHLO")).rejects.toMatchObject({ causeCode: "SMTP_NOT_SPOKEN" });
});

test("what came before TLS is forgotten", async () => {
  const conversation = conversationWith("220 go ahead\r\n250 injected\r\n");
  expect(await conversation.reply("STARTTLS")).toMatchObject({ code: 220 });
  const secured = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  secured.push("250 protected\r\n");
  conversation.moveTo(secured);
  expect(await conversation.command("EHLO me", "EHLO")).toMatchObject({ lines: ["protected"] });
});
