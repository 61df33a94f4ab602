import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dotStuffed } from "../../../../connectors/smtp/protocol/conversation.ts";
import { extensionsOf } from "../../../../connectors/smtp/protocol/extensions.ts";
import { goesOn, isReplyLine, replyOf, replyText } from "../../../../connectors/smtp/protocol/reply.ts";

describe("replies", () => {
  test.each([
    ["250 OK", true, false],
    ["250-SIZE 100", true, true],
    ["250", true, false],
    ["+OK POP3 ready", false, false],
    ["* OK IMAP4", false, false],
    ["HTTP/1.1 400 Bad Request", false, false],
    ["", false, false],
  ])("%s", (line, isReply, more) => {
    expect(isReplyLine(line)).toBe(isReply);
    expect(goesOn(line)).toBe(more);
  });

  test("have a code, an enhanced code and lines", () => {
    const reply = replyOf(["550-5.7.30 Basic authentication", "550 5.7.30 is not supported"]);
    expect(reply).toEqual({
      code: 550,
      enhanced: "5.7.30",
      lines: ["5.7.30 Basic authentication", "5.7.30 is not supported"],
    });
    expect(replyText(reply)).toBe("550 5.7.30 Basic authentication 5.7.30 is not supported");
    expect(replyOf(["250 1.2.3.4 is your address"]).enhanced).toBeUndefined();
    expect(replyText(replyOf(["250 a\u0007b\u2028c"]))).toBe("250 a b c");
  });
});

test("extensions are read whatever their case and spelling", () => {
  const reply = replyOf([
    "250-mail.test Hello",
    "250-size 35882577",
    "250-AUTH LOGIN plain",
    "250-AUTH=XOAUTH2",
    "250-8BITMIME",
    "250-SMTPUTF8",
    "250 STARTTLS",
  ]);
  expect(extensionsOf(reply)).toEqual({
    startTls: true,
    mechanisms: ["LOGIN", "PLAIN", "XOAUTH2"],
    smtpUtf8: true,
    eightBitMime: true,
    size: true,
    sizeLimit: 35_882_577,
    keywords: ["SIZE", "AUTH", "8BITMIME", "SMTPUTF8", "STARTTLS"],
  });
  expect(extensionsOf(replyOf(["250-mail.test", "250 SIZE 0"]))).toMatchObject({ size: true, keywords: ["SIZE"] });
  expect(extensionsOf(replyOf(["250-mail.test", "250 SIZE 0"])).sizeLimit).toBeUndefined();
});

describe("dots", () => {
  /** RFC 5321 4.5.2, the receiver's side. */
  const received = (wire: string): string =>
    wire
      .split("\r\n")
      .map((line) => (line.startsWith(".") ? line.slice(1) : line))
      .join("\r\n");

  test("that begin a line are doubled, and no line is a dot alone", () => {
    const line = fc.string({ unit: fc.constantFrom(".", "a", " "), maxLength: 4 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const content = lines.map((each) => `${each}\r\n`).join("");
        const wire = dotStuffed(Buffer.from(content)).toString();
        expect(wire.split("\r\n")).not.toContain(".");
        expect(received(wire)).toBe(content === "" ? "\r\n" : content);
      }),
    );
  });

  test("a content without a last line end gets one", () => {
    expect(dotStuffed(Buffer.from("a\r\n.b")).toString()).toBe("a\r\n..b\r\n");
  });
});
