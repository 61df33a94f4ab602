import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type Cause, codeInfo, owners, stepIds } from "#spi";
import { installedConnectors } from "../../../connectors/index.ts";
import { runtimeCauses } from "../../../src/service.ts";
import { type Proof, proofs } from "./table.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const definitions = await installedConnectors({ environment: {}, readFile: async () => "" });
/** Connectors that share a sign-in share its causes: the same ones, not others of the same code. */
const causes: readonly Cause[] = [
  ...new Set([...runtimeCauses, ...definitions.flatMap((definition) => definition.causes)]),
];
const codes = causes.map(({ code }) => code);

describe("every cause of every table", () => {
  test("has a code of its own", () => {
    expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([]);
    expect(codes.length).toBeGreaterThan(150);
  });

  test("has an owner, what is seen, what to do, a step and a problem code", () => {
    for (const { code, problem, step, owner, seen, fix } of causes) {
      expect(code).toMatch(/^[A-Z][A-Z0-9_]+$/);
      expect(Object.keys(codeInfo), code).toContain(problem);
      expect(stepIds, code).toContain(step);
      expect(owners, code).toContain(owner);
      expect(seen, code).toMatch(/^[A-Z][^\n]{10,}\.$/);
      expect(fix, code).toMatch(/^[A-Z][^\n]{10,}\.$/);
    }
  });

  test("blames a property that exists, if one", () => {
    const known = definitions.flatMap(({ properties }) => properties.map(({ key }) => key));
    for (const { code, property } of causes) if (property !== undefined) expect(known, code).toContain(property);
  });
});

describe("the table of proofs", () => {
  test("has every cause and no other", () => {
    expect([...proofs.keys()].sort()).toEqual([...codes].sort());
  });

  const sources = new Map<string, string>();
  const sourceOf = (file: string): string => {
    const text = sources.get(file) ?? readFileSync(path.join(root, file), "utf8");
    sources.set(file, text);
    return text;
  };
  const named = [...proofs].filter((entry): entry is [string, Extract<Proof, { test: string }>] => "test" in entry[1]);

  test("names test files that exist and speak of the cause", () => {
    for (const [code, proof] of named) {
      expect(existsSync(path.join(root, proof.test)), `${code}: ${proof.test}`).toBe(true);
      expect(sourceOf(proof.test), `${code} in ${proof.test}`).toMatch(new RegExp(`\\b${code}\\b`));
      expect(proof.how, code).not.toBe("");
    }
  });

  test("says why where there is no proof, and has few of these", () => {
    const without = [...proofs].flatMap(([code, proof]) => (proof.by === "nothing" ? [{ code, why: proof.why }] : []));
    for (const { code, why } of without) expect(why, code).toMatch(/^[A-Z].{20,}\.$/);
    expect(without.length).toBeLessThan(6);
    expect([...proofs.values()].filter(({ by }) => by === "service").length).toBeGreaterThan(125);
  });
});
