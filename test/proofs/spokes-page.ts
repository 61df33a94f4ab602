import {
  cmdletOf,
  type SchemaWay,
  type SpokeAction,
  type SpokeParameter,
  type SpokeSchema,
  spokeNames,
  wayOf,
} from "../../connectors/microsoft-exchange/spokes/action.ts";
import { spokeActions } from "../../connectors/microsoft-exchange/spokes/actions.ts";
import { anchor, blocks, code, table } from "../../src/commands/docs/markdown.ts";
import type { Generated } from "../../src/commands/generated.ts";

/** How far a schema does an action, in one word or the cmdlet that does. */
function verdict<W>(way: SchemaWay<W>): string {
  const own = wayOf(way);
  if (own !== undefined) return own.part === undefined ? "whole" : "in part";
  const cmdlet = cmdletOf(way);
  return cmdlet === undefined ? "not offered" : `PowerShell: ${code(cmdlet.cmdlet)}`;
}

/** What a schema does of an action, or says instead. */
function told<W>(way: SchemaWay<W>): string {
  const own = wayOf(way);
  if (own !== undefined) return own.part === undefined ? own.calls : `${own.calls}. In part: ${own.part}.`;
  const cmdlet = cmdletOf(way);
  if (cmdlet !== undefined)
    return `answers 422 \`REQUIRES_EXCHANGE_POWERSHELL\` and names ${code(cmdlet.cmdlet)}. ${cmdlet.instead}`;
  return "instead" in way ? `not offered. ${way.instead}` : "";
}

const platformsOf = ({ ews }: SpokeAction): string => {
  const way = wayOf(ews);
  if (way === undefined) return "";
  return way.since === undefined ? "all" : `${way.since} and later`;
};

const named = ({ name, required, only }: SpokeParameter): string =>
  `${code(name)}${required ? " (needed)" : ""}${only === undefined ? "" : ` (${only})`}`;

const listed = (parameters: readonly SpokeParameter[]): string =>
  parameters.length === 0 ? "none" : parameters.map(named).join(", ");

const refused = ({ ews, graph }: SpokeAction): boolean => wayOf(ews) === undefined && wayOf(graph) === undefined;

function section(action: SpokeAction): string {
  const { name, spokes, kind, description, inputs, outputs } = action;
  return blocks(
    `### ${name}`,
    description,
    [
      `- Of: ${spokes.join(", ")}${kind === undefined ? "" : ` (${kind})`}`,
      `- EWS: ${told(action.ews)}`,
      ...(platformsOf(action) === "" ? [] : [`- Platforms over EWS: ${platformsOf(action)}`]),
      `- MSGraph: ${told(action.graph)}`,
      `- Inputs: ${listed(inputs)}`,
      ...(refused(action) ? [] : [`- Outputs: ${listed(outputs)}`]),
    ].join("\n"),
  );
}

const rowOf = (action: SpokeAction): readonly string[] => [
  `[${action.name}](#${anchor(action.name)})`,
  ...spokeNames.map((spoke) => (action.spokes.includes(spoke) ? (action.kind ?? "action") : "")),
  verdict(action.ews),
  platformsOf(action),
  verdict(action.graph),
];

const schemas: readonly SpokeSchema[] = ["EWS", "MSGraph"];

/** How many actions each schema does. */
function counts(): readonly (readonly string[])[] {
  return schemas.map((schema) => {
    const verdicts = spokeActions.map((action) => (schema === "EWS" ? verdict(action.ews) : verdict(action.graph)));
    const of = (start: string) => String(verdicts.filter((each) => each.startsWith(start)).length);
    return [schema, of("whole"), of("in part"), of("PowerShell"), of("not offered")];
  });
}

/** The page of ServiceNow's actions: what each is over both schemas. */
export function spokesPage(): Generated {
  const groups = [...Map.groupBy(spokeActions, ({ group }) => group)];
  const text = blocks(
    "<!-- Printed from the declarations by `npm run docs`; changes here are overwritten. -->",
    "# Actions of ServiceNow's Exchange spokes",
    "Every action of ServiceNow's Microsoft Exchange Server spoke and Microsoft Exchange Online spoke is a procedure of this connector under its own name: `POST /v1/connections/{connection}/execute` with `procedure` and `input`. Names are found in any spelling of letters, so an action that both spokes have is one. Actions named Stream, and all others, answer their rows as they come with `Accept: application/x-ndjson` or `text/csv`. [COVERAGE.md](COVERAGE.md) names the test that executed each action, input and output; [README.md](README.md) tells types and meanings.",
    "Input `mailbox` (Exchange Server) or `user` (Exchange Online) names whose mailbox is meant: over EWS by impersonation of that SMTP address, over Microsoft Graph by `/users/{user}`. Input `externalId` keys an event by an appointment of another system: a repeated call makes no second event and sends no second invitation. A connection whose User is another account than signed in answers 409 `MAILBOX_IDENTITY_MISMATCH` to the four actions on mailboxes; everything else goes on.",
    table(["Schema", "Whole", "In part", "By cmdlets only", "Not offered"], counts()),
    ...groups.flatMap(([group, actions]) => [
      `## ${group}`,
      table(["Action", ...spokeNames, "EWS", "Platforms over EWS", "MSGraph"], actions.map(rowOf)),
      ...actions.map(section),
    ]),
  );
  return { path: "connectors/microsoft-exchange/SPOKES.md", text: `${text}\n` };
}
