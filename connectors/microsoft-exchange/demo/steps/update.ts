import { check } from "../problem.ts";
import { contactKey, queryContact, writeRow } from "./rows.ts";
import { type Scene, type Step, sides } from "./scene.ts";

/** Step 6: a change of one column. */
export const update: Step = {
  title: "Update the contact",
  explanation: "The key says which row; what is not named stays as it is.",
  async run(scene: Scene) {
    for (const side of sides) {
      const { first, job } = side.names;
      const key = { [side.key]: contactKey(scene, side)[side.key] };
      await writeRow(scene, side, "update", { ...key, [job]: side.promotion });
      const [found] = await queryContact(scene, side);
      check(found?.[job] === side.promotion, "The update does not show.");
      check(found[first] === side.contact.first, "The update changed the name, which it did not mention.");
      scene.screen.passed(`${side.contact.first} is now ${side.promotion}; the name is untouched.`);
    }
  },
};
