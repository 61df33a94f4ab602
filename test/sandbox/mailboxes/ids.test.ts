import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createOrganisation } from "../../../connectors/microsoft-exchange/sandbox/accounts.ts";
import {
  ewsId,
  graphId,
  guidOf,
  itemId,
  occurrenceId,
  ownerOfId,
  readChangeKey,
  readId,
} from "../../../connectors/microsoft-exchange/sandbox/mailboxes/index.ts";

describe("ids", () => {
  it("say what they name, on both faces", () => {
    const guid = guidOf("any");
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 1, max: 2 ** 40 }), (folder, entry) => {
        const id = itemId(guid, folder, entry);
        expect(id).toMatch(/^AAMk[A-Za-z0-9+/]+=*$/);
        expect(id).toMatch(/\+.*\//);
        expect(ewsId(graphId(id))).toBe(id);
        expect(graphId(id)).not.toMatch(/[+/]/);
        expect(readId(id)).toEqual({ type: "item", mailboxGuid: guid, folderNumber: folder, entryNumber: entry });
      }),
    );
  });

  it("of occurrences lead to the series", () => {
    const series = itemId(guidOf("any"), 1, 2);
    const start = new Date("2030-01-01T00:00:00Z");
    const id = occurrenceId(series, start);
    expect(readId(id)).toMatchObject({ type: "occurrence", occurrenceMs: start.getTime() });
    expect(ownerOfId(id)).toBe(series);
  });

  it("are refused when they are none", () => {
    fc.assert(fc.property(fc.string(), (text) => readId(text) === undefined));
  });
});

describe("change keys", () => {
  it("rise with every change", () => {
    const alice = createOrganisation({ seed: false }).requireMailbox("alice@sandbox.example");
    const item = alice.createItem("message", alice.folders.requireWellKnown("inbox").id, { subject: "a" });
    const before = alice.changeKeyOf(item);
    alice.changeItem(item.id, (draft) => {
      draft.subject = "b";
    });
    expect(before).toMatch(/^CQAAABYAAA/);
    expect(readChangeKey(alice.changeKeyOf(item))).toBeGreaterThan(readChangeKey(before) ?? 0);
  });
});
