import type { Item, Mailbox } from "../../mailboxes/index.ts";
import type { EwsCall, Operation } from "../call.ts";
import { readDate } from "../dates.ts";
import { each } from "../each.ts";
import { EwsError, invalidRequest } from "../ews-error.ts";
import { type Page, pageOf, readPage } from "../paging.ts";
import { isPath, readPath } from "../paths.ts";
import { matchesQuery } from "../query-string.ts";
import { compareValues, compileRestriction, itemLookup } from "../restriction.ts";
import { printRow, readShape, refuseForRows, type Shape } from "../shape.ts";
import { entriesOf, responses, success } from "../soap.ts";
import { type FolderTarget, findFolder } from "../targets.ts";
import { childOf, childrenOf, childText, m, t, type XmlElement } from "../xml.ts";

/** What one throttling policy lets a single view return (EWSFindCountLimit). */
const viewLimit = 1000;

/** FindItem: items of folders, filtered, sorted, grouped and paged, as rows of summary properties. */
export const findItemOperation: Operation = async (call) => {
  const shape = readShape(childOf(call.request, "ItemShape"));
  const view = childOf(call.request, "CalendarView");
  const page = readPage(call.request, "Item");
  const name = "FindItemResponseMessage";
  const limit = call.reserveFound(Math.min(page.maxEntries ?? viewLimit, viewLimit));
  const messages = await each(name, entriesOf(call.request, "ParentFolderIds"), (id) => {
    refuseForRows(shape);
    const target = findFolder(call, id);
    return success(
      name,
      view ? calendarView(call, target, view, shape, limit) : rows(call, target, page, shape, limit),
    );
  });
  return responses("FindItem", messages);
};

function rows(call: EwsCall, { mailbox, folder }: FolderTarget, page: Page, shape: Shape, limit: number): XmlElement {
  const items = sorted(call, filtered(call, start(call, mailbox, folder.id)));
  const { entries, attributes } = pageOf(items, page, limit);
  const groupBy = childOf(call.request, "GroupBy") ?? childOf(call.request, "DistinguishedGroupBy");
  if (groupBy) return m("RootFolder", attributes, t("Groups", grouped(call, groupBy, entries, shape, mailbox)));
  return m(
    "RootFolder",
    attributes,
    t(
      "Items",
      entries.map((item) => printRow(item, shape, mailbox, call.organisation)),
    ),
  );
}

function start({ request }: EwsCall, mailbox: Mailbox, folderId: string): Item[] {
  const traversal = request.attributes["Traversal"];
  if (traversal === "Shallow") return mailbox.items(folderId);
  if (traversal === "Associated") return mailbox.associatedItems(folderId);
  if (traversal === "SoftDeleted") return [];
  throw invalidRequest("The Traversal attribute is missing or invalid.");
}

function filtered(call: EwsCall, items: Item[]): Item[] {
  const restriction = childOf(call.request, "Restriction");
  const query = childText(call.request, "QueryString");
  if (restriction && query)
    throw new EwsError("ErrorInvalidArgument", "Restriction and QueryString cannot be used together.");
  if (query) return items.filter((item) => matchesQuery(item, query));
  return restriction ? items.filter(compileRestriction(restriction, itemLookup, call.timeZone)) : items;
}

/** By the sort order asked for; without one the newest come first, as mail folders have them. */
function sorted(call: EwsCall, items: Item[]): Item[] {
  const orders = childrenOf(childOf(call.request, "SortOrder"));
  if (orders.length === 0) return items.toReversed();
  const keys = orders.map((order) => sortKey(order));
  return items.toSorted((a, b) => {
    for (const compare of keys) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function sortKey(order: XmlElement): (a: Item, b: Item) => number {
  const element = childrenOf(order).find(isPath);
  const value = element && itemLookup(readPath(element));
  if (!value)
    throw new EwsError("ErrorUnsupportedPathForSortGroup", "The property can not be used for sorting or grouping.");
  const sign = order.attributes["Order"] === "Descending" ? -1 : 1;
  return (a, b) => {
    const [one, other] = [value(a), value(b)];
    // what has no value comes first
    if (one === undefined || other === undefined)
      return sign * (Number(one !== undefined) - Number(other !== undefined));
    return sign * compareValues(one, other);
  };
}

function grouped(call: EwsCall, groupBy: XmlElement, items: Item[], shape: Shape, mailbox: Mailbox): XmlElement[] {
  const element = childrenOf(groupBy).find(isPath);
  const path = element ? readPath(element) : ({ by: "field", uri: "message:ConversationTopic" } as const);
  const value = itemLookup(path);
  if (!value)
    throw new EwsError("ErrorUnsupportedPathForSortGroup", "The property can not be used for sorting or grouping.");
  const groups = Map.groupBy(items, (item) => String(value(item) ?? ""));
  const order = groupBy.attributes["Order"] === "Descending" ? -1 : 1;
  return [...groups]
    .toSorted(([a], [b]) => order * compareValues(a, b))
    .map(([index, list]) =>
      t(
        "GroupedItems",
        t("GroupIndex", index),
        t(
          "Items",
          list.map((item) => printRow(item, shape, mailbox, call.organisation)),
        ),
      ),
    );
}

/** The calendar as a person sees it: occurrences instead of series, by start. */
function calendarView(
  call: EwsCall,
  { mailbox, folder }: FolderTarget,
  view: XmlElement,
  shape: Shape,
  limit: number,
): XmlElement {
  if (!/^IPF\.Appointment/i.test(folder.folderClass ?? "")) {
    throw new EwsError("ErrorCalendarFolderIsInvalidForCalendarView", "The folder is no calendar folder.");
  }
  if (childOf(call.request, "SortOrder") || childOf(call.request, "Restriction")) {
    throw new EwsError("ErrorInvalidOperation", "Restrictions and sort order cannot be used with a calendar view.");
  }
  const from = readDate(view.attributes["StartDate"] ?? "", call.timeZone);
  const to = readDate(view.attributes["EndDate"] ?? "", call.timeZone);
  if (to < from)
    throw new EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", "The end date is earlier than the start date.");
  const twoYearsMs = 2 * 366 * 86_400_000;
  if (to.getTime() - from.getTime() > twoYearsMs)
    throw new EwsError(
      "ErrorCalendarViewRangeTooBig",
      "The specified view range exceeds the maximum range of two years.",
    );
  const all = mailbox.calendarView(folder.id, from, to);
  const wanted = view.attributes["MaxEntriesReturned"];
  const entries = all.slice(0, wanted === undefined ? limit : Math.min(limit, Number(wanted)));
  const attributes = {
    TotalItemsInView: String(entries.length),
    IncludesLastItemInRange: String(entries.length === all.length),
  };
  return m(
    "RootFolder",
    attributes,
    t(
      "Items",
      entries.map((item) => printRow(item, shape, mailbox, call.organisation)),
    ),
  );
}
