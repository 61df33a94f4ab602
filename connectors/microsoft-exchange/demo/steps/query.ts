import { check } from "../problem.ts";
import { queryRows } from "./rows.ts";
import { ews, graph, type Scene, type Step } from "./scene.ts";

/** Step 4: the same mailbox through both schemas. */
export const query: Step = {
  title: "Query the inbox",
  explanation: "A query is JSON or SQL text; each schema has its own tables and names.",
  async run(scene: Scene) {
    const fromEws = await queryRows(scene, ews, {
      table: "Inbox",
      columns: ["Subject", "SenderEmailAddress", "DateTimeReceived", "IsRead"],
      where: { column: "IsRead", operator: "=", value: false },
      orderBy: [{ column: "DateTimeReceived", direction: "desc" }],
      limit: 3,
    });
    const fromGraph = await queryRows(scene, graph, {
      sql:
        "SELECT subject, receivedDateTime, isRead FROM Messages " +
        "WHERE parentFolderId = 'inbox' AND isRead = FALSE ORDER BY receivedDateTime DESC LIMIT 3",
    });
    const [subjects, others] = [fromEws.map((row) => row["Subject"]), fromGraph.map((row) => row["subject"])];
    check(subjects.length > 0, "The inbox has no unread mail.");
    check(JSON.stringify(subjects) === JSON.stringify(others), "EWS and Graph show different mail.");
    scene.screen.passed("EWS and Graph show the same mail: one mailbox, two ways to it.");
  },
};
