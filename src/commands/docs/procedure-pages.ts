import type { Parameter, Procedure } from "#spi";
import { blocks, code, table } from "./markdown.ts";
import { allowed } from "./table-pages.ts";

/** The procedures of one schema with inputs and outputs. */
export const procedurePages = (procedures: readonly Procedure[]): string =>
  blocks(
    table(
      ["Name", "Writes", "Does"],
      procedures.map(({ name, writes, description }) => [code(name), writes ? "yes" : "", description]),
    ),
    ...procedures.map(procedurePage),
  );

const procedurePage = ({ name, description, writes, inputs, outputs }: Procedure): string =>
  blocks(
    `#### ${name}`,
    writes ? `${description} Refused on a read-only connection.` : description,
    inputs.length === 0 ? "No inputs." : table(["Input", "Type", "Required", "Default", "Meaning"], inputs.map(input)),
    outputs.length === 0
      ? "No outputs."
      : table(
          ["Output", "Type", "Meaning"],
          outputs.map((output) => [code(output.name), output.type, allowed(output.description, output.allowed)]),
        ),
  );

const input = ({ default: standard, ...parameter }: Parameter): readonly string[] => [
  code(parameter.name),
  type(parameter),
  parameter.required ? "required" : "",
  standard === undefined ? "" : code(String(standard)),
  allowed(parameter.description, parameter.allowed),
];

function type({ type: kind, minimum, maximum, orText }: Omit<Parameter, "default">): string {
  const range = minimum === undefined && maximum === undefined ? "" : ` ${minimum ?? "…"} to ${maximum ?? "…"}`;
  return `${kind}${orText === true ? " or text" : ""}${range}`;
}
