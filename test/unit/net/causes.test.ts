import { expect, test } from "vitest";
import { codeInfo, owners, stepIds } from "#spi";
import { networkCauses } from "../../../src/net/causes.ts";

test("each cause has one code, and owner, step and problem that exist", () => {
  const codes = networkCauses.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.length).toBeGreaterThan(40);
  for (const { code, problem, step, owner, seen, fix } of networkCauses) {
    expect(code).toMatch(/^[A-Z][A-Z0-9_]+$/);
    expect(Object.keys(codeInfo)).toContain(problem);
    expect(stepIds).toContain(step);
    expect(owners).toContain(owner);
    expect(`${seen} ${fix}`, code).toMatch(/^[A-Z][^\n]+\. [A-Z][^\n]+\.$/);
  }
});
