import { expect, test } from "vitest";
import { contentPlace, StreamedBody } from "../../../../connectors/microsoft-exchange/ews/streamed-body.ts";

const textOf = async (body: StreamedBody) => Buffer.concat(await Array.fromAsync(body.open())).toString();

test("a content that can be read once is never sent again as an empty one", async () => {
  let isRead = false;
  const once = {
    isRepeatable: false,
    async *bytes() {
      if (!isRead) yield Buffer.from("abc");
      isRead = true;
    },
  };
  const body = new StreamedBody(`<a>${contentPlace}</a>`, once);
  expect(await textOf(body)).toBe("<a>YWJj</a>");
  expect(() => body.open()).toThrow("gone");
});

test("a content that can be read again is sent whole each time", async () => {
  const often = {
    isRepeatable: true,
    async *bytes() {
      yield Buffer.from("abc");
    },
  };
  const body = new StreamedBody(`<a>${contentPlace}</a>`, often);
  expect([await textOf(body), await textOf(body)]).toEqual(["<a>YWJj</a>", "<a>YWJj</a>"]);
});
