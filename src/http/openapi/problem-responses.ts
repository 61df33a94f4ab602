import { type Code, codeInfo } from "#spi";
import { statusByCode } from "../status-of.ts";

const extraStatuses: Readonly<Record<number, string>> = {
  406: "`Accept` allows none of the formats of this answer.",
  415: "The Content-Type is not one this route takes.",
};

const codesOf = (status: number): Code[] =>
  (Object.keys(statusByCode) as Code[]).filter((code) => statusByCode[code] === status);

function descriptionOf(status: number): string {
  const codes = codesOf(status);
  const listed = codes.map((code) => `${code}: ${codeInfo[code].meaning}`);
  return [extraStatuses[status], ...listed].filter((line) => line !== undefined).join("\n\n");
}

const retryAfter = {
  "Retry-After": { description: "Seconds to wait.", schema: { type: "integer", minimum: 1 } },
};

/** The name of the shared response of a status. */
export const problemResponseName = (status: number): string => `Problem${status}`;

/** Shared problem responses, one for each status an operation may answer. */
export function problemResponses(statuses: readonly number[]): Record<string, unknown> {
  return Object.fromEntries(
    statuses.map((status) => [
      problemResponseName(status),
      {
        description: descriptionOf(status),
        ...((status === 429 || status === 503) && { headers: retryAfter }),
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    ]),
  );
}
