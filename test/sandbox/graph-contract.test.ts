import { describe, expect, it } from "vitest";
import { graphContractTitle, hasGraphContract, requestComplaint, responseComplaint } from "./graph-contract.ts";

describe.skipIf(!hasGraphContract)(graphContractTitle, () => {
  it("passes good traffic and names what is wrong with bad traffic", async () => {
    expect(await requestComplaint("GET", "/v1.0/me/messages", { query: { $top: "5" } })).toBeUndefined();
    expect(await requestComplaint("GET", "/me/messages", { query: { $top: "ten" } })).toContain("$top");
    expect(await requestComplaint("PATCH", "/me/messages/x", { body: { isRaed: true } })).toBeDefined();
    expect(await responseComplaint("GET", "/me/messages", 200, { value: [] })).toBeUndefined();
    expect(await responseComplaint("GET", "/me/messages", 200, { value: [{ subject: 1 }] })).toBeDefined();
    expect(await responseComplaint("POST", "/me/sendMail", 202)).toBeUndefined();
  });
});
