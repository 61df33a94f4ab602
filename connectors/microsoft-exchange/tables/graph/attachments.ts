import {
  bytes,
  count,
  flag,
  idColumn,
  instant,
  parentColumn,
  reference,
  text,
  userIdColumn,
} from "../../graph/columns.ts";
import type { GraphTable } from "../../graph/resource.ts";
import { graphTable } from "./graph-table.ts";

const attachments = (name: string, owner: "message" | "event"): GraphTable =>
  graphTable({
    name,
    kind: "VIEW",
    description: `Attachments of the ${owner} that ${owner}Id names. contentBytes of attached items is their MIME or iCalendar text.`,
    activities: ["query"],
    columns: [
      { ...idColumn(), operators: {} },
      parentColumn(`${owner}Id`, { path: [] }),
      text("name"),
      text("contentType"),
      bytes("contentBytes"),
      reference("contentId"),
      text("contentLocation"),
      flag("isInline"),
      instant("lastModifiedDateTime"),
      count("size"),
      text("odataType", {
        path: ["@odata.type"],
        description: "Kind of attachment: #microsoft.graph.fileAttachment, itemAttachment or referenceAttachment.",
      }),
    ],
    pseudoColumns: [{ ...userIdColumn, use: ["query"] }],
    requiredInWhere: [`${owner}Id`],
    resource: {
      owner: "mailbox",
      collection: "attachments",
      byId: false,
      maxPage: 1000,
      heavy: ["contentBytes"],
      selectable: ["contentType", "id", "isInline", "lastModifiedDateTime", "name", "size", "@odata.type"],
      parent: {
        column: `${owner}Id`,
        path: (id) => `${owner}s/${id}/attachments`,
        otherwise: { kind: "required" },
      },
    },
  });

/** Attachments of one message. */
export const messageAttachments: GraphTable = attachments("MessageAttachments", "message");

/** Attachments of one event. */
export const eventAttachments: GraphTable = attachments("EventAttachments", "event");
