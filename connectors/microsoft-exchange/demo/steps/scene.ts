import type { Api, Row } from "../api.ts";
import type { Screen } from "../screen.ts";

/** Everything a step works with. */
export interface Scene {
  readonly screen: Screen;
  readonly api: Api;
  readonly key: string;
  readonly keyFile: string;
  readonly sandbox: Sandbox;
  /** Keys of the contacts that the step Create made, by connection. */
  readonly contacts: Map<string, Row>;
}

/** What the demo takes from the line that the sandbox prints. */
export interface Sandbox {
  readonly ews: string;
  readonly graph: string;
  readonly cloudOverrides: object;
  readonly user: string;
  readonly password: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** One step of the demo. */
export interface Step {
  readonly title: string;
  /** One line: what the reader will see, and why. */
  readonly explanation: string;
  run(scene: Scene): Promise<void>;
}

/** The two connections: where they are, and how their schemas name what the steps use. */
export const ews = {
  name: "demo-ews",
  title: "EWS",
  key: "ItemId",
  names: { first: "GivenName", last: "Surname", job: "JobTitle" },
  contact: { first: "Ada", last: "Lovelace", job: "Analyst" },
  promotion: "Chief Analyst",
} as const;

export const graph = {
  name: "demo-graph",
  title: "Graph",
  key: "id",
  names: { first: "givenName", last: "surname", job: "jobTitle" },
  contact: { first: "Alan", last: "Turing", job: "Researcher" },
  promotion: "Head of Research",
} as const;

export type Side = typeof ews | typeof graph;

/** Both, in the order in which they are shown. */
export const sides: readonly Side[] = [ews, graph];
