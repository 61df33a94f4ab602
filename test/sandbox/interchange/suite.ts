import { expect } from "vitest";
import { type Side, sharedFields } from "./side.ts";
import { pick, type Specimen, titled, titleOf } from "./specimens.ts";

/** Lets one side write the specimens and another read them: every field both know must be equal. */
export async function handOver(
  writer: Side,
  reader: Side,
  specimens: readonly Specimen[],
  least: Readonly<Record<Specimen["kind"], number>>,
): Promise<void> {
  for (const one of specimens.map((each) => titled(each, `from ${writer.name} to ${reader.name}`))) {
    const names = sharedFields(writer, reader, one.kind);
    expect(names.length, `${one.kind} from ${writer.name} to ${reader.name}`).toBeGreaterThanOrEqual(least[one.kind]);
    await writer.write(one);
    const read = pick(await reader.read(one.kind, titleOf(one), names), names);
    expect(read, `${one.kind} from ${writer.name} to ${reader.name}`).toStrictEqual(pick(one.fields, names));
  }
}
