import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createScreen, type Screen } from "../../../../connectors/microsoft-exchange/demo/screen.ts";
import { shortened, tableLines } from "../../../../connectors/microsoft-exchange/demo/table.ts";

const text = fc.string({ unit: "grapheme", maxLength: 300 });

function printed(
  options: { columns?: number; hasColour?: boolean },
  show: (screen: Screen) => void,
): readonly string[] {
  let output = "";
  const write = (part: string): void => {
    output += part;
  };
  show(createScreen({ write, columns: options.columns, hasColour: options.hasColour ?? false }));
  return output.split("\n");
}

describe("tables", () => {
  it("align columns under their names, and show what is missing", () => {
    const rows = [
      { id: "AAMk-1", name: "Ada" },
      { id: "AAMk-22", name: null },
    ];
    expect(tableLines([{ name: "id" }, { name: "name" }], rows, 80)).toEqual([
      "id       name",
      "───────  ────",
      "AAMk-1   Ada",
      "AAMk-22  –",
    ]);
  });

  it("keep the end of ids and the beginning of other texts", () => {
    expect(shortened("a long subject", 6)).toBe("a lon…");
    expect(shortened("AAMkADM0ZTIy", 6, true)).toBe("…0ZTIy");
    expect(shortened("fits", 4)).toBe("fits");
  });
});

describe("the screen", () => {
  it("is never wider than the terminal, nor than 120 columns, whatever is shown", () => {
    fc.assert(
      fc.property(fc.integer({ min: 80, max: 200 }), text, text, text, (columns, a, b, c) => {
        const lines = printed({ columns }, (screen) => {
          screen.request("POST", "/v1/connections", JSON.stringify({ a, b, c }));
          screen.table([{ name: "a" }, { name: "b", keepsEnd: true }, { name: "c" }], [{ a, b, c }]);
          screen.passed(a);
          screen.failed(b);
        });
        expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(Math.min(columns, 120));
      }),
    );
  });

  it("lets no text from a mailbox move the cursor or change colours", () => {
    const hostile = "\u001b[2J\u001b]0;x\u0007 a\rb\u009b31m \u202egnp.exe";
    const lines = printed({}, (screen) => {
      screen.table([{ name: "Subject" }], [{ Subject: hostile }]);
      screen.note(hostile);
      screen.failed(hostile);
    });
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it("colours only where it is told so", () => {
    const show = (screen: Screen): void => screen.answer(200, "OK", 1);
    expect(printed({}, show)).toEqual(["  → 200 OK, 1 ms", ""]);
    expect(printed({ hasColour: true }, show)).toEqual(["  \u001b[32m→ 200 OK, 1 ms\u001b[0m", ""]);
  });
});
