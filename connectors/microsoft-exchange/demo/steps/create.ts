import { check } from "../problem.ts";
import { queryContact, writeRow } from "./rows.ts";
import { type Scene, type Step, sides } from "./scene.ts";

/** Step 5: one contact on each side. */
export const create: Step = {
  title: "Create a contact",
  explanation: "Each row has an outcome of its own, with the key of the new item.",
  async run(scene: Scene) {
    for (const side of sides) {
      const { first, last, job } = side.names;
      const { contact } = side;
      const row = { [first]: contact.first, [last]: contact.last, [job]: contact.job };
      const key = await writeRow(scene, side, "create", row);
      scene.contacts.set(side.name, key);
      const found = await queryContact(scene, side);
      check(found.length === 1 && found[0]?.[side.key] === key[side.key], "The contact created is not found again.");
      check(found[0]?.[job] === contact.job, `The contact has another ${job}.`);
      scene.screen.passed(`${contact.first} ${contact.last} is found again by ${side.title}, with the same key.`);
    }
  },
};
