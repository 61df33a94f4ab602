import type { RunningSandbox } from "../../connectors/microsoft-exchange/sandbox/sandbox.ts";
import { validateEws } from "./ews-contract.ts";

/** Keeps the bodies of all SOAP answers a sandbox gives from now on. */
export function recordAnswers(sandbox: RunningSandbox): string[] {
  const bodies: string[] = [];
  sandbox.handlers.unshift(async (_, response) => {
    const end = response.end.bind(response);
    response.end = ((chunk?: unknown, ...rest: unknown[]) => {
      if (typeof chunk === "string" && chunk.includes("Envelope")) bodies.push(chunk);
      return (end as (...args: unknown[]) => typeof response)(chunk, ...rest);
    }) as typeof response.end;
    return false;
  });
  return bodies;
}

/** What is wrong with recorded answers by both schemas; each finding with the head of its answer. */
export function contractFindings(bodies: readonly string[]): string[] {
  return bodies.flatMap((body) => {
    const finding = validateEws(body) ?? validateEws(body, "onprem");
    return finding === undefined ? [] : [`${finding}\n${body.slice(0, 1500)}`];
  });
}
