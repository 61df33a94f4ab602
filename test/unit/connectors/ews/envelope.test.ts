import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type EwsConfig, platforms } from "../../../../connectors/microsoft-exchange/ews/config.ts";
import { anchorMailbox, envelope } from "../../../../connectors/microsoft-exchange/ews/envelope.ts";
import { getFolder } from "../../../../connectors/microsoft-exchange/ews/operations/get-folder.ts";
import { folderShape } from "../../../../connectors/microsoft-exchange/ews/properties.ts";
import { RowReader } from "../../../../connectors/microsoft-exchange/ews/row-reader.ts";
import { ewsContractTitle, hasEwsContract, validateEws } from "../../../sandbox/ews-contract.ts";

const wsdl = new URL("../../../../../shared/reference/ews/services.wsdl", import.meta.url);

const config: EwsConfig = {
  endpoint: "https://mail.example/EWS/Exchange.asmx",
  platform: "Exchange2013_SP1",
  includeContent: false,
  bodyType: "Best",
  pageSize: 1000,
  folderDepth: 5,
  itemConcurrency: 4,
  user: "svc@mail.example",
};
const body = getFolder({ folders: [{ name: "inbox" }], shape: folderShape([]), rows: new RowReader([]) }).body;
const impersonation = { type: "PrimarySmtpAddress", user: "a&b@mail.example" } as const;
const operations = [
  "FindItem",
  "GetItem",
  "CreateItem",
  "UpdateItem",
  "DeleteItem",
  "SendItem",
  "MoveItem",
  "FindFolder",
  "GetFolder",
  "CreateFolder",
  "UpdateFolder",
  "DeleteFolder",
  "MoveFolder",
  "GetAttachment",
  "CreateAttachment",
  "DeleteAttachment",
  "GetUserAvailability",
  "GetUserOofSettings",
  "GetRoomLists",
  "GetRooms",
];

describe("the envelope", () => {
  test("asks for a version the schema knows, on every platform", () => {
    const version = (platform: (typeof platforms)[number]) =>
      /Version="(\w+)"/.exec(envelope("GetFolder", body, { ...config, platform }, {}))?.[1];
    expect(platforms.map(version)).toEqual([...platforms.slice(0, -1), "Exchange2016"]);
  });

  test("routes to the mailbox the call is about", () => {
    expect(anchorMailbox(config, {})).toBe("svc@mail.example");
    expect(anchorMailbox(config, { impersonation: { type: "PrincipalName", user: "x@mail.example" } })).toBe(
      "x@mail.example",
    );
    expect(anchorMailbox(config, { impersonation: { type: "SID", user: "S-1-5" } })).toBe("svc@mail.example");
    expect(anchorMailbox(config, { mailbox: "shared@mail.example" })).toBe("shared@mail.example");
    expect(anchorMailbox({ ...config, user: "DOMAIN\\svc" }, {})).toBeUndefined();
    expect(anchorMailbox({ ...config, user: "a@b.example\r\nx: y" }, {})).toBeUndefined();
  });

  test("a mailbox name cannot add elements", () => {
    expect(envelope("GetFolder", body, config, { impersonation })).toContain(
      "<t:PrimarySmtpAddress>a&amp;b@mail.example</t:PrimarySmtpAddress>",
    );
  });
});

describe.skipIf(!hasEwsContract)(`the envelope under the ${ewsContractTitle}`, () => {
  test("is valid on every platform, with and without impersonation", () => {
    for (const platform of platforms) {
      for (const identity of [{}, { impersonation }]) {
        const message = envelope("GetFolder", body, { ...config, platform }, identity);
        expect(validateEws(message), message).toBeUndefined();
        expect(validateEws(message, "onprem"), message).toBeUndefined();
      }
    }
  });
});

describe.skipIf(!existsSync(wsdl))("header blocks against services.wsdl in ../shared (skipped when absent)", () => {
  const text = existsSync(wsdl) ? readFileSync(wsdl, "utf8") : "";
  test.each(operations)("%s carries only blocks its message lists", (operation) => {
    const input =
      new RegExp(
        `<wsdl:operation name="${operation}">\\s*<soap:operation soapAction="[^"]*".*?<wsdl:input>(.*?)</wsdl:input>`,
        "s",
      ).exec(text)?.[1] ?? "";
    const listed = [...input.matchAll(/part="(\w+)"/g)].map((match) => match[1]);
    expect(listed.length).toBeGreaterThan(0);
    const message = envelope(operation, body, config, { impersonation });
    expect(message.includes("ExchangeImpersonation")).toBe(listed.includes("Impersonation"));
    expect(message.includes("TimeZoneContext")).toBe(listed.includes("TimeZoneContext"));
    expect(message.includes("RequestServerVersion")).toBe(listed.includes("RequestVersion"));
  });
});
