import { expect } from "vitest";
import type { Answer } from "./client.ts";

/** Expects a problem answer, complete and without anything of the inside. */
export function expectProblem(answer: Answer, status: number, code: string, pointer?: string): void {
  expect(answer.body, answer.text).toMatchObject({ status, code });
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  for (const member of ["type", "title", "detail", "requestId"]) expect(answer.body[member], member).toBeTruthy();
  if (pointer !== undefined)
    expect(
      answer.body.errors.map((error: { pointer: string }) => error.pointer),
      answer.text,
    ).toContain(pointer);
  expect(answer.text).not.toMatch(/\n? +at .+\.ts:\d+/);
}
