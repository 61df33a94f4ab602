import type { Item } from "../../mailboxes/index.ts";
import type { Shape } from "../shape.ts";
import { contactShape } from "./contact.ts";
import { eventShape } from "./event.ts";
import { messageShape } from "./message.ts";

/** How an item is shown, by its kind. */
export function shapeOf({ kind }: Item): Shape<Item> {
  if (kind === "event") return eventShape;
  return kind === "contact" ? contactShape : messageShape;
}
