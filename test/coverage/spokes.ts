import { cmdletOf, type SpokeAction, wayOf } from "../../connectors/microsoft-exchange/spokes/action.ts";
import { spokeActions } from "../../connectors/microsoft-exchange/spokes/actions.ts";
import type { Procedure } from "../../src/spi/index.ts";
import { deedsOfProcedure } from "./declared.ts";
import type { Impossible } from "./impossible.ts";
import type { Presentation } from "./page.ts";

const actionNamed = (name: string): SpokeAction | undefined => spokeActions.find((action) => action.name === name);

const wayIn = (action: SpokeAction, schema: string) => (schema === "EWS" ? wayOf(action.ews) : wayOf(action.graph));

/** How the page shows actions of ServiceNow's spokes: in groups of their own, with their platforms and calls. */
export const spokePresentation: Pick<Required<Presentation>, "group" | "facts"> = {
  group: ({ name }) => {
    const action = actionNamed(name);
    return action === undefined ? "" : `Actions of ServiceNow's spokes: ${action.group}`;
  },
  facts: ({ name }, schema) => {
    const action = actionNamed(name);
    if (action === undefined) return [];
    const way = wayIn(action, schema);
    return [
      ["Spokes", action.spokes.join(", ")],
      ["Platforms", platformsOf(schema, way?.since)],
      ...(way === undefined ? [] : [["Calls", way.calls] as const]),
      ...(way?.part === undefined ? [] : [["In part", way.part] as const]),
    ];
  },
};

function platformsOf(schema: string, since: string | undefined): string {
  if (schema === "MSGraph") return "Exchange_Online";
  return since === undefined ? "all" : `${since} and later`;
}

/** Actions that only a cmdlet does: the connector says which one, and what to do instead. */
export function onlyByCmdlet(schema: "EWS" | "MSGraph", procedures: readonly Procedure[]): readonly Impossible[] {
  return procedures.flatMap((procedure) => {
    const action = actionNamed(procedure.name);
    const cmdlet = action === undefined ? undefined : schema === "EWS" ? cmdletOf(action.ews) : cmdletOf(action.graph);
    if (cmdlet === undefined) return [];
    const reason = `Only the Exchange cmdlet ${cmdlet.cmdlet} does it; the action says so. ${cmdlet.instead}`;
    return [{ schema, procedures: [procedure.name], deeds: deedsOfProcedure(procedure), reason }];
  });
}
