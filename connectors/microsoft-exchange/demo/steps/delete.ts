import { check } from "../problem.ts";
import { contactKey, queryContact, writeRow } from "./rows.ts";
import { type Scene, type Step, sides } from "./scene.ts";

/** Step 7: the contact goes. */
export const remove: Step = {
  title: "Delete the contact",
  explanation: "Again by key; a missing row would be a failed outcome of that row.",
  async run(scene: Scene) {
    for (const side of sides) {
      await writeRow(scene, side, "delete", { [side.key]: contactKey(scene, side)[side.key] });
      const found = await queryContact(scene, side);
      check(found.length === 0, "The deleted contact is still there.");
      scene.screen.passed(`${side.contact.first} is gone.`);
    }
  },
};
