import type { Located } from "./locate.ts";
import { attachmentRoutes } from "./routes/attachments.ts";
import { calendarRoutes, scheduleRoutes } from "./routes/calendars.ts";
import { contactRoutes } from "./routes/contacts.ts";
import { directoryRoutes } from "./routes/directory.ts";
import { eventActionRoutes } from "./routes/event-actions.ts";
import { eventRoutes } from "./routes/events.ts";
import { licenceRoutes } from "./routes/licences.ts";
import { mailFolderRoutes } from "./routes/mail-folders.ts";
import { messageRoutes } from "./routes/messages.ts";
import { relevantPeopleRoutes } from "./routes/relevant-people.ts";
import { reportRoutes } from "./routes/reports.ts";
import type { Route } from "./routes/route.ts";
import { sendingRoutes } from "./routes/sending.ts";
import { settingsRoutes } from "./routes/settings.ts";
import { subscriptionRoutes } from "./routes/subscriptions.ts";
import { taskRoutes } from "./routes/tasks.ts";

/** Everything the Graph face answers. */
export const allRoutes: readonly Route[] = [
  ...messageRoutes,
  ...sendingRoutes,
  ...attachmentRoutes,
  ...mailFolderRoutes,
  ...eventRoutes,
  ...eventActionRoutes,
  ...calendarRoutes,
  ...scheduleRoutes,
  ...contactRoutes,
  ...taskRoutes,
  ...settingsRoutes,
  ...directoryRoutes,
  ...licenceRoutes,
  ...relevantPeopleRoutes,
  ...reportRoutes,
  ...subscriptionRoutes,
];

/** First segments Graph has, served here or not. */
const knownSegments: readonly string[] = [
  ...allRoutes.map((route) => route.path.split("/")[0] ?? ""),
  "extensions",
  "inferenceClassification",
  "photo",
  "photos",
  "drive",
  "onenote",
  "planner",
  "teamwork",
];

/** Whose paths a route is for: those below a user (or group), or those of the directory itself. */
const directoryHeads: readonly string[] = ["users", "groups", "places", "reports", "subscribedSkus", "subscriptions"];

/** The outcome of looking a request up. */
export type Lookup =
  | { readonly kind: "found"; readonly route: Route; readonly ids: readonly string[] }
  | { readonly kind: "wrong-method" }
  | { readonly kind: "missing" };

/** Finds the route of a request; spelled-out segments win over ids. */
export function findRoute(method: string, located: Located): Lookup {
  const isDirectory = located.owner.kind === "none";
  const matching = allRoutes
    .filter((route) => directoryHeads.includes(route.path.split("/")[0] ?? "") === isDirectory)
    .flatMap((route) => {
      const ids = match(route.path, located.tail);
      return ids === undefined ? [] : [{ route, ids }];
    })
    .sort((one, other) => one.ids.length - other.ids.length);
  const fewest = matching[0]?.ids.length;
  const best = matching.filter(({ ids }) => ids.length === fewest);
  const found = best.find(({ route }) => route.method === method);
  if (found !== undefined) return { kind: "found", ...found };
  return matching.length > 0 ? { kind: "wrong-method" } : { kind: "missing" };
}

/** Whether Graph has such a segment at all. */
export function isKnownSegment(segment: string): boolean {
  return knownSegments.includes(segment);
}

/** The ids in a path that fits the pattern; `name(*)` takes a function's parameters. */
function match(pattern: string, tail: readonly string[]): string[] | undefined {
  const parts = pattern === "" ? [] : pattern.split("/");
  if (parts.length !== tail.length) return undefined;
  const ids: string[] = [];
  for (const [index, part] of parts.entries()) {
    const segment = tail[index] ?? "";
    if (part === "*") ids.push(segment);
    else if (part.endsWith("(*)")) {
      const name = part.slice(0, -2);
      if (!segment.toLowerCase().startsWith(name.toLowerCase()) || !segment.endsWith(")")) return undefined;
      ids.push(segment.slice(name.length, -1));
    } else if (part.toLowerCase() !== segment.toLowerCase()) return undefined;
  }
  return ids;
}
