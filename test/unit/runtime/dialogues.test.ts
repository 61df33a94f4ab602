import { beforeEach, describe, expect, test } from "vitest";
import type { Clock, ConnectorDefinition } from "#spi";
import type { Configuration } from "../../../src/runtime/configuration.ts";
import { Dialogues } from "../../../src/runtime/dialogues.ts";

const minute = 60_000;
let now = 0;
const clock: Clock = { now: () => now, sleep: async () => undefined };
const asking = (minutes: number | undefined) =>
  ({ definition: { debugMinutes: () => minutes } as unknown as ConnectorDefinition, config: {} }) as Configuration;

beforeEach(() => {
  now = 1_000_000;
});

describe("a conversation", () => {
  test("is recorded from the change of the connection until its minutes are over, and kept an hour longer", () => {
    const dialogues = new Dialogues(clock);
    const changedAt = now - 20 * minute;
    const dialogue = dialogues.of("c", asking(30), changedAt);
    dialogue?.record({ direction: "sent", text: "EHLO a" });
    now += 10 * minute - 1;
    dialogue?.record({ direction: "received", text: "250 b" });
    now += 1;
    dialogue?.record({ direction: "sent", text: "too late" });
    expect(dialogues.of("c", asking(30), changedAt)).toBeUndefined();
    const texts = () => dialogues.read("c", asking(30), changedAt)?.lines.map(({ text }) => text);
    expect(texts()).toEqual(["EHLO a", "250 b"]);
    now += 60 * minute;
    expect(texts()).toEqual([]);
  });

  test("nobody asks for is not recorded, and what was is gone when the wish is taken back", () => {
    const dialogues = new Dialogues(clock);
    expect(dialogues.of("c", asking(undefined), now)).toBeUndefined();
    dialogues.of("c", asking(5), now)?.record({ direction: "note", text: "kept" });
    expect(dialogues.read("c", asking(undefined), now)).toBeUndefined();
    expect(dialogues.read("c", asking(5), now)?.lines).toEqual([]);
  });

  test("of one connection is not another's, and ends with the connection", () => {
    const dialogues = new Dialogues(clock);
    dialogues.of("c", asking(5), now)?.record({ direction: "note", text: "kept" });
    expect(dialogues.read("d", asking(5), now)?.lines).toEqual([]);
    dialogues.forget("c");
    expect(dialogues.read("c", asking(5), now)?.lines).toEqual([]);
  });

  test("has bounds: old lines go first and are counted, long ones are cut", () => {
    const dialogues = new Dialogues(clock);
    const dialogue = dialogues.of("c", asking(5), now);
    for (let index = 0; index < 2500; index++) dialogue?.record({ direction: "sent", text: `line ${index}` });
    const kept = dialogues.read("c", asking(5), now);
    expect(kept?.lines).toHaveLength(2000);
    expect(kept?.dropped).toBe(500);
    expect(kept?.lines[0]?.text).toBe("line 500");
    for (let index = 0; index < 200; index++) dialogue?.record({ direction: "sent", text: "x".repeat(10_000) });
    const { lines = [] } = dialogues.read("c", asking(5), now) ?? {};
    expect(lines.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(256 * 1024);
    expect(lines.at(-1)?.text).toBe(`${"x".repeat(2000)}… (10000 characters)`);
  });

  test("shows no bearer token, wherever it stands", () => {
    const dialogues = new Dialogues(clock);
    dialogues.of("c", asking(5), now)?.record({ direction: "received", text: "no: Bearer eyJ0eXAi.abc-_~+/= bad" });
    expect(dialogues.read("c", asking(5), now)?.lines[0]?.text).toBe("no: Bearer [secret] bad");
  });
});
