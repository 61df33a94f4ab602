import { type Deed, procedureName, tableName } from "./evidence.ts";

/** Deeds that no test can do, with the reason. */
export interface Impossible {
  readonly schema: string;
  readonly tables?: readonly string[];
  readonly procedures?: readonly string[];
  readonly deeds: readonly Deed[];
  readonly reason: string;
}

/** What cannot be executed, on any server, or not on one that tests can have. */
export const impossible: readonly Impossible[] = [
  {
    schema: "MSGraph",
    tables: ["Users"],
    deeds: ["query:passwordProfile_password", "create:passwordProfile_password", "update:passwordProfile_password"],
    reason: "Microsoft Entra never gives a password back.",
  },
];

/** The reasons by thing and deed. */
export function reasons(entries: readonly Impossible[]): ReadonlyMap<string, ReadonlyMap<Deed, string>> {
  const found = new Map<string, Map<Deed, string>>();
  for (const { schema, tables = [], procedures = [], deeds, reason } of entries) {
    const things = [
      ...tables.map((table) => tableName(schema, table)),
      ...procedures.map((procedure) => procedureName(schema, procedure)),
    ];
    for (const thing of things) {
      const known = found.get(thing) ?? new Map<Deed, string>();
      for (const deed of deeds) known.set(deed, reason);
      found.set(thing, known);
    }
  }
  return found;
}
