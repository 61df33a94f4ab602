/** What stops the demo: told to the reader as it is. */
export class DemoProblem extends Error {
  override readonly name = "DemoProblem";
}

/** Ends the step unless `holds`. */
export function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new DemoProblem(otherwise);
}
