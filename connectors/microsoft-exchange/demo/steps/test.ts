import { listOf } from "../api.ts";
import { check } from "../problem.ts";
import { type Scene, type Step, sides } from "./scene.ts";

/** Step 3: the connection test. */
export const testBoth: Step = {
  title: "Test both connections",
  explanation: "A test goes the way every activity goes and tells what each stage found.",
  async run({ api, screen }: Scene) {
    for (const { name, title } of sides) {
      const report = await api.send("POST", `/v1/connections/${name}/test`, undefined);
      const steps = listOf(report, "steps");
      screen.table([{ name: "id" }, { name: "status" }, { name: "detail" }], steps);
      for (const { status, code, fix } of steps)
        if (status === "failed") screen.note(`${String(code)}: ${String(fix)}`);
      check(report["status"] === "succeeded", `The test of the ${title} connection says ${String(report["status"])}.`);
      screen.passed(`The ${title} connection works.`);
    }
  },
};
