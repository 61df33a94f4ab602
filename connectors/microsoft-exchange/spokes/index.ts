import type { Parameter, Procedure, Row } from "#spi";
import type { EwsBinding } from "../ews/binding.ts";
import { knows } from "../ews/config.ts";
import type { GraphBinding } from "../graph/binding.ts";
import { cmdletOf, type Rows, type SpokeAction, type SpokeParameter, type SpokeSchema, wayOf } from "./action.ts";
import { spokeActions } from "./actions.ts";
import { requiresPowerShell } from "./causes.ts";
import { EwsWork } from "./ews-work.ts";
import { GraphWork } from "./graph-work.ts";

/** The parameters a schema has, without their own mark. */
const ofSchema = (all: readonly SpokeParameter[], schema: SpokeSchema): readonly Parameter[] =>
  all.filter(({ only }) => only === undefined || only === schema).map(({ only: _, ...parameter }) => parameter);

const facts = ({ name, description, writes, inputs, outputs }: SpokeAction, schema: SpokeSchema) => ({
  name,
  description,
  writes,
  inputs: ofSchema(inputs, schema),
  outputs: ofSchema(outputs, schema),
});

/** Rows as a stream of pages. */
async function* paged(rows: Rows): AsyncGenerator<readonly Row[]> {
  if (rows instanceof Promise) yield await rows;
  else yield* rows;
}

function ewsProcedure(action: SpokeAction): Procedure<EwsBinding>[] {
  const [way, cmdlet] = [wayOf(action.ews), cmdletOf(action.ews)];
  if (way === undefined && cmdlet === undefined) return [];
  return [
    {
      ...facts(action, "EWS"),
      binding: {
        kind: "procedure",
        run: async function* (run) {
          if (way === undefined) throw requiresPowerShell(action.name, cmdlet);
          yield* paged(way.run(new EwsWork(run, action.actsIn)));
        },
      },
    },
  ];
}

function graphProcedure(action: SpokeAction): Procedure<GraphBinding>[] {
  const [way, cmdlet] = [wayOf(action.graph), cmdletOf(action.graph)];
  if (way === undefined && cmdlet === undefined) return [];
  return [
    {
      ...facts(action, "MSGraph"),
      binding: {
        kind: "procedure",
        run: async function* (calls, input, signal) {
          if (way === undefined) throw requiresPowerShell(action.name, cmdlet);
          for await (const rows of paged(way.run(new GraphWork(calls, input, signal, action.actsIn)))) yield { rows };
        },
      },
    },
  ];
}

/** The actions of ServiceNow's spokes as procedures of schema EWS that this platform knows. */
export const ewsSpokeProcedures = ({ platform }: { readonly platform: string }): readonly Procedure<EwsBinding>[] =>
  spokeActions.filter(({ ews }) => knows(platform, wayOf(ews)?.since)).flatMap(ewsProcedure);

/** The actions of ServiceNow's spokes as procedures of schema MSGraph. */
export const graphSpokeProcedures = (): readonly Procedure<GraphBinding>[] => spokeActions.flatMap(graphProcedure);
