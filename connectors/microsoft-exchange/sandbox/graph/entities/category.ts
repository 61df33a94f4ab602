import type { Category } from "../mailbox-extras.ts";
import { SMALL_RULES } from "../odata/filter-rules.ts";
import type { Shape } from "../shape.ts";

/** How a mailbox's categories are shown. */
export const categoryShape: Shape<Category> = {
  type: "outlookCategory",
  rules: SMALL_RULES,
  members: {
    id: (category) => category.id,
    displayName: (category) => category.displayName,
    color: (category) => category.color,
  },
};
