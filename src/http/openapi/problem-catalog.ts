import { type Code, codeInfo, type Retry } from "#spi";
import { problemType } from "../problem.ts";
import { statusByCode } from "../status-of.ts";

export interface ProblemEntry {
  readonly code: Code;
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** Other statuses the code comes with, and when. */
  readonly otherStatuses?: Readonly<Record<string, string>>;
  readonly retry: Retry;
  readonly meaning: string;
  readonly remedy: string;
}

const nameInPath = { "404": "When the name stands in the path." };
const otherStatuses: Partial<Readonly<Record<Code, Readonly<Record<string, string>>>>> = {
  UNKNOWN_TABLE: nameInPath,
  UNKNOWN_PROCEDURE: nameInPath,
  TOO_LARGE: { "502": "When the server's answer is too large." },
  INVALID_REQUEST: {
    "406": "`Accept` allows none of the formats of this answer.",
    "408": "The body did not arrive in time.",
    "414": "A name in the path is too long.",
    "415": "The Content-Type is not one the route takes.",
    "431": "The headers are too large.",
  },
};

/** One entry per error code, as `openapi/problems.json` publishes it. */
export const problemCatalog: readonly ProblemEntry[] = (Object.keys(codeInfo) as Code[]).map((code) => {
  const { title, retry, meaning, remedy } = codeInfo[code];
  const others = otherStatuses[code];
  return {
    code,
    type: problemType(code),
    title,
    status: statusByCode[code],
    ...(others !== undefined && { otherStatuses: others }),
    retry,
    meaning,
    remedy,
  };
});
