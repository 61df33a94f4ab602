import { expect } from "vitest";
import type { Row } from "#spi";
import { useConnector } from "../connector-ews/support.ts";
import { useGraph } from "../connector-graph/support.ts";

type Input = Readonly<Record<string, unknown>>;

/** One schema with its sandbox, and the actions run on it. */
export interface SpokeStand {
  readonly schema: "EWS" | "MSGraph";
  readonly rows: (action: string, input?: Input) => Promise<readonly Row[]>;
  readonly one: (action: string, input?: Input) => Promise<Row>;
  /** Subjects of what came to a person's inbox, that have a text in them. */
  readonly received: (who: string, text: string) => Promise<readonly string[]>;
  readonly files: Map<string, Uint8Array>;
}

export const people = {
  alice: "alice@sandbox.example",
  bob: "bob@sandbox.example",
  carol: "carol@sandbox.example",
  room: "room1@sandbox.example",
  otherRoom: "room2@sandbox.example",
} as const;

function standOf(
  schema: SpokeStand["schema"],
  execute: (action: string, input: Record<string, unknown>) => Promise<readonly Row[]>,
  files: Map<string, Uint8Array>,
): SpokeStand {
  const rows: SpokeStand["rows"] = (action, input = {}) => execute(action, { ...input });
  const one: SpokeStand["one"] = async (action, input) => {
    const found = await rows(action, input);
    expect(found, action).toHaveLength(1);
    return found[0] ?? {};
  };
  const received: SpokeStand["received"] = async (user, text) =>
    (await rows("Look Up Messages by User ID", { user }))
      .map(({ subject }) => String(subject))
      .filter((subject) => subject.includes(text));
  return { schema, rows, one, received, files };
}

/** Both schemas, each with a sandbox of its own; over EWS an account that may act as everybody. */
export function useSpokes(platform?: "Exchange2007" | "Exchange2010" | "Exchange_Online"): {
  readonly ews: SpokeStand;
  readonly graph: SpokeStand;
  readonly connector: ReturnType<typeof useConnector>;
  readonly cloud: ReturnType<typeof useGraph>;
} {
  const connector = useConnector({}, platform === undefined ? {} : { platform }, "svc@sandbox.example");
  const cloud = useGraph();
  return {
    ews: standOf("EWS", connector.execute, connector.files),
    graph: standOf(
      "MSGraph",
      (action, input) => cloud.execute(action, input, cloud.session("application")),
      cloud.files,
    ),
    connector,
    cloud,
  };
}
