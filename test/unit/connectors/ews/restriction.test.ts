import fc from "fast-check";
import { XmlDocument, XmlElement } from "libxml2-wasm";
import { describe, expect, test } from "vitest";
import type { Condition, Row, Value } from "#spi";
import type { EwsBinding, EwsColumn } from "../../../../connectors/microsoft-exchange/ews/binding.ts";
import type { EwsConfig } from "../../../../connectors/microsoft-exchange/ews/config.ts";
import { envelope } from "../../../../connectors/microsoft-exchange/ews/envelope.ts";
import { withoutNot } from "../../../../connectors/microsoft-exchange/ews/normal-form.ts";
import { findItem } from "../../../../connectors/microsoft-exchange/ews/operations/find-item.ts";
import { acceptItems } from "../../../../connectors/microsoft-exchange/ews/plan.ts";
import { itemShape } from "../../../../connectors/microsoft-exchange/ews/properties.ts";
import { restriction, sendable } from "../../../../connectors/microsoft-exchange/ews/restriction.ts";
import { RowReader } from "../../../../connectors/microsoft-exchange/ews/row-reader.ts";
import { ewsTables } from "../../../../connectors/microsoft-exchange/tables/ews/index.ts";
import { compileCondition } from "../../../../src/query/compile-condition.ts";
import { fold } from "../../../../src/query/fold.ts";
import { ewsContractTitle, hasEwsContract, validateEws } from "../../../sandbox/ews-contract.ts";

type Where = Condition<EwsBinding>;

const tables = ewsTables({ platform: "Exchange_Online" });
const inbox = tables.find(({ name }) => name === "Inbox") ?? expect.unreachable();
const columns = new Map(inbox.columns.map((column) => [column.name, column]));
const column = (name: string): EwsColumn => columns.get(name) ?? expect.unreachable(name);

/** An item as a store keeps it: what is absent is absent, times have fractions. */
interface Stored {
  readonly Subject?: string;
  readonly Importance?: string;
  readonly IsRead?: boolean;
  readonly ReminderIsSet?: boolean;
  readonly ReminderMinutesBeforeStart?: number;
  readonly DateTimeReceived?: number;
  readonly Categories?: readonly string[];
}

/** The row Exchange shows for it. */
const shown = (item: Stored): Row => ({
  Subject: item.Subject ?? null,
  Importance: item.Importance ?? "Normal",
  IsRead: item.IsRead ?? false,
  ReminderIsSet: item.ReminderIsSet ?? false,
  ReminderMinutesBeforeStart: item.ReminderMinutesBeforeStart ?? 0,
  DateTimeReceived:
    item.DateTimeReceived === undefined ? null : `${new Date(item.DateTimeReceived).toISOString().slice(0, 19)}Z`,
  Categories: item.Categories === undefined ? null : item.Categories.join(";"),
});

/** How a server judges a restriction: an own reading of the schema's words, not the printer's. */
function selects(node: XmlElement, item: Stored): boolean {
  const children = childElements(node);
  const value = storedValue(item, children[0]);
  const constantNode = node.get(".//*[local-name()='Constant']");
  const constant = constantNode instanceof XmlElement ? (constantNode.attr("Value")?.value ?? "") : "";
  switch (node.name) {
    case "And":
      return children.every((child) => selects(child, item));
    case "Or":
      return children.some((child) => selects(child, item));
    case "Not":
      return !selects(children[0] ?? expect.unreachable(), item);
    case "Exists":
      return value !== undefined;
    case "Contains": {
      const mode = node.attr("ContainmentMode")?.value;
      const texts = (Array.isArray(value) ? value : value === undefined ? [] : [value]).map((each) =>
        fold(String(each)),
      );
      const wanted = fold(constant);
      if (mode === "FullString") return texts.includes(wanted);
      return texts.some((each) => (mode === "Prefixed" ? each.startsWith(wanted) : each.includes(wanted)));
    }
    default: {
      if (value === undefined) return false;
      const order = comparison(value, constant);
      const results: Record<string, boolean> = {
        IsEqualTo: order === 0,
        IsNotEqualTo: order !== 0,
        IsLessThan: order < 0,
        IsLessThanOrEqualTo: order <= 0,
        IsGreaterThan: order > 0,
        IsGreaterThanOrEqualTo: order >= 0,
      };
      return results[node.name] ?? expect.unreachable(node.name);
    }
  }
}

function comparison(value: unknown, constant: string): number {
  if (typeof value === "boolean") return String(value) === constant ? 0 : 1;
  if (typeof value === "number") return value - (constant.includes("T") ? Date.parse(constant) : Number(constant));
  return value === constant ? 0 : 1;
}

function storedValue(item: Stored, path: XmlElement | undefined): Value | readonly string[] | undefined {
  const uri = path?.attr("FieldURI")?.value;
  return uri === undefined ? undefined : item[uri.slice(uri.indexOf(":") + 1) as keyof Stored];
}

function childElements(node: XmlElement): XmlElement[] {
  const out: XmlElement[] = [];
  for (let child = node.firstChild; child !== null; child = child.next)
    if (child instanceof XmlElement) out.push(child);
  return out;
}

const config: EwsConfig = {
  endpoint: "https://mail.example/EWS/Exchange.asmx",
  platform: "Exchange2013_SP1",
  includeContent: false,
  bodyType: "Best",
  pageSize: 1000,
  folderDepth: 5,
  itemConcurrency: 4,
};

function request(where: Where | undefined): string {
  const printed = where === undefined ? undefined : restriction(withoutNot(where));
  const operation = findItem({
    folder: { name: "inbox" },
    shape: itemShape([column("Subject")]),
    rows: new RowReader([]),
    view: { offset: 0, count: 10 },
    ...(printed === undefined ? {} : { restriction: printed }),
  });
  return envelope("FindItem", operation.body, config, {});
}

/** Does the printed restriction select the item? No restriction selects everything. */
function judged(where: Where, item: Stored): boolean {
  const document = XmlDocument.fromString(request(where));
  try {
    const found = document.get("//*[local-name()='Restriction']");
    const inner = found instanceof XmlElement ? childElements(found)[0] : undefined;
    return inner === undefined || selects(inner, item);
  } finally {
    document.dispose();
  }
}

const words = fc.constantFrom(
  "a",
  "A",
  "ab",
  "Invoice",
  "INVOICE 7",
  "",
  "x%y_z\\",
  "é",
  "ß",
  "a;b",
  "Red",
  "red",
  "b",
);
const second = fc.integer({ min: 0, max: 5 }).map((n) => Date.UTC(2026, 0, 1) + n * 1000);
const moment = fc.tuple(second, fc.constantFrom(0, 1, 500, 999)).map(([at, fraction]) => at + fraction);
const item: fc.Arbitrary<Stored> = fc.record(
  {
    Subject: words,
    Importance: fc.constantFrom("Low", "Normal", "High"),
    IsRead: fc.boolean(),
    ReminderIsSet: fc.boolean(),
    ReminderMinutesBeforeStart: fc.integer({ min: -1, max: 3 }),
    DateTimeReceived: moment,
    Categories: fc.uniqueArray(fc.constantFrom("Red", "Blue", "b"), { minLength: 1 }),
  },
  { requiredKeys: [] },
);

const patterns = fc
  .array(fc.constantFrom("%", "_", "a", "A", "inv", "\\%", "é", "b"), { maxLength: 4 })
  .map((parts) => parts.join(""));
const compared = (name: string, operators: readonly string[], value: fc.Arbitrary<Value>): fc.Arbitrary<Where> =>
  fc
    .tuple(fc.constantFrom(...operators), value)
    .map(([operator, given]) => ({ column: column(name), operator, value: given }) as Where);
const presence = (name: string): fc.Arbitrary<Where> =>
  fc.constantFrom("IS NULL", "IS NOT NULL").map((operator) => ({ column: column(name), operator }) as Where);
const order = ["=", "<>", "<", "<=", ">", ">="];
const leafCondition = fc.oneof(
  compared("Subject", ["=", "<>"], words),
  compared("Subject", ["LIKE", "NOT LIKE"], patterns),
  presence("Subject"),
  compared("Importance", ["=", "<>", "LIKE"], fc.constantFrom("low", "NORMAL", "High", "none", "%o%", "_igh")),
  compared("IsRead", ["=", "<>"], fc.boolean()),
  compared("ReminderIsSet", ["=", "<>"], fc.boolean()),
  compared("ReminderMinutesBeforeStart", order, fc.integer({ min: -1, max: 3 })),
  compared(
    "DateTimeReceived",
    order,
    moment.map((at) => new Date(at).toISOString()),
  ),
  compared(
    "DateTimeReceived",
    ["BETWEEN"],
    fc.tuple(second, second).map((pair) => pair.map((at) => new Date(at).toISOString())),
  ),
  compared("Categories", ["=", "LIKE"], fc.constantFrom("Red", "red", "b", "%e%", "Red;Blue", "%Red;b%")),
);
const { condition } = fc.letrec<{ condition: Where }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leafCondition,
    fc.array(tie("condition"), { minLength: 1, maxLength: 3 }).map((and) => ({ and })),
    fc.array(tie("condition"), { minLength: 1, maxLength: 3 }).map((or) => ({ or })),
    tie("condition").map((not) => ({ not })),
  ),
}));

describe("restrictions", () => {
  test("select at least the rows asked for, whatever the condition and however the store keeps items", () => {
    fc.assert(
      fc.property(condition, fc.array(item, { minLength: 1, maxLength: 4 }), (where, items) => {
        const test = compileCondition(where as never);
        for (const each of items) if (test(shown(each))) expect(judged(where, each), JSON.stringify(each)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  test("do restrict, where Exchange compares as we do", () => {
    const narrow = (where: Where, other: Stored) => expect(judged(where, other)).toBe(false);
    narrow({ column: column("Subject"), operator: "=", value: "x" }, { Subject: "y" });
    narrow({ column: column("Subject"), operator: "LIKE", value: "%voice%" }, { Subject: "y" });
    narrow({ column: column("IsRead"), operator: "=", value: false }, { IsRead: true });
    narrow({ column: column("Importance"), operator: "<>", value: "normal" }, { Importance: "Normal" });
    narrow(
      { column: column("DateTimeReceived"), operator: ">=", value: "2026-01-02T00:00:00Z" },
      { DateTimeReceived: Date.UTC(2026, 0, 1) },
    );
    narrow({ column: column("Size"), operator: ">", value: 10 }, {});
  });

  test("values never become markup", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const where: Where = { column: column("Subject"), operator: "=", value };
        const document = XmlDocument.fromString(request(where));
        const constants = document
          .find("//*[local-name()='Constant']")
          .map((node) => (node as XmlElement).attr("Value")?.value);
        expect(document.find("//*[local-name()='Contains']").length).toBe(constants.length);
        expect(constants).toEqual(constants.length === 0 ? [] : [value]);
        document.dispose();
      }),
      { numRuns: 1000 },
    );
  });

  test("what is sent can be told beforehand", () => {
    fc.assert(
      fc.property(condition, (where) => {
        const plain = withoutNot(where);
        expect(restriction(sendable(plain).part)).toEqual(restriction(plain));
      }),
      { numRuns: 500 },
    );
  });

  test("ids are pushed down only where they must hold", () => {
    const id: Where = { column: column("ItemId"), operator: "=", value: "A" };
    const subject: Where = { column: column("Subject"), operator: "=", value: "x" };
    const query = { table: inbox, columns: [column("Subject")], orderBy: [], pseudo: {}, columnsNamed: true };
    const accepted = (where: Where, exact: boolean) =>
      acceptItems({ ...query, where } as never, { where, exact, orderBy: [], limit: exact, warnings: [] });
    expect(accepted(id, true)).toMatchObject({ where: id, exact: true });
    expect(accepted({ and: [id, subject] }, false)).toMatchObject({ where: id, exact: false });
    expect(accepted({ or: [id, subject] }, false).where).toBeUndefined();
    expect(accepted({ not: id }, true)).toMatchObject({ exact: false });
    expect(accepted({ not: id }, true).where).toBeUndefined();
  });

  test("what is sent in full is handed back as the very object", () => {
    const either: Where = {
      or: [
        { column: column("Subject"), operator: "=", value: "x" },
        { column: column("IsRead"), operator: "=", value: false },
      ],
    };
    const query = { table: inbox, columns: [column("Subject")], orderBy: [], pseudo: {}, columnsNamed: true };
    const proposed = { where: either, exact: false, orderBy: [], limit: false, warnings: [] };
    expect(acceptItems({ ...query, where: either } as never, proposed).where).toBe(either);
  });
});

describe.skipIf(!hasEwsContract)(`restrictions under the ${ewsContractTitle}`, () => {
  test("are valid, whatever the condition", () => {
    fc.assert(
      fc.property(condition, (where) => {
        expect(validateEws(request(where))).toBeUndefined();
        expect(validateEws(request(where), "onprem")).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});
