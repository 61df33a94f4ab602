import { describe, expect, it } from "vitest";
import { editDistance, nearest } from "../../../src/spi/nearest.ts";

describe("nearest", () => {
  it.each([
    ["Subjct", "Subject"],
    ["ubSject", "Subject"],
    ["datetimerecieved", "DateTimeReceived"],
    ["ITEMID", "ItemId"],
  ])("%s is %s", (name, wanted) => expect(nearest(name, ["ItemId", "Subject", "DateTimeReceived"])).toBe(wanted));

  it("counts an exchange of neighbours once", () => {
    expect(editDistance("ab", "ba")).toBe(1);
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("", "abc")).toBe(3);
  });

  it("has no answer where nothing exists, and is not stopped by a long name", () => {
    expect(nearest("x", [])).toBeUndefined();
    expect(nearest("x".repeat(1_000_000), ["ItemId"])).toBe("ItemId");
  });
});
