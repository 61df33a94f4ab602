import type { Operation } from "../call.ts";
import { each } from "../each.ts";
import { printItem, readShape } from "../shape.ts";
import { entriesOf, responses, success } from "../soap.ts";
import { findItem } from "../targets.ts";
import { childOf, m } from "../xml.ts";

/** GetItem: whole items by id. */
export const getItem: Operation = async (call) => {
  const shape = readShape(childOf(call.request, "ItemShape"));
  const name = "GetItemResponseMessage";
  const messages = await each(
    name,
    entriesOf(call.request, "ItemIds"),
    async (id) => {
      const { mailbox, item } = findItem(call, id);
      return success(name, m("Items", await printItem(item, shape, mailbox, call.organisation)));
    },
    m("Items"),
  );
  return responses("GetItem", messages);
};
