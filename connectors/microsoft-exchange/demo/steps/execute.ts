import { listOf } from "../api.ts";
import { check } from "../problem.ts";
import { queryRows } from "./rows.ts";
import { ews, graph, type Scene, type Side, type Step } from "./scene.ts";

const subjects = { [ews.name]: "Sent through EWS", [graph.name]: "Sent through Graph" } as const;

/** Step 8: a procedure; each side sends a mail that the other one sees. */
export const execute: Step = {
  title: "Execute a procedure: send mail",
  explanation: "Procedures do what is no row. Each side sends a mail that the other one sees.",
  async run(scene: Scene) {
    await sendMail(scene, ews);
    const seenByGraph = await queryRows(scene, graph, {
      sql: "SELECT subject, receivedDateTime FROM Messages WHERE parentFolderId = 'inbox' AND subject = :subject",
      parameters: { subject: subjects[ews.name] },
    });
    check(seenByGraph.length === 1, "Graph does not see the mail sent by EWS.");
    scene.screen.passed("The mail sent by EWS is in the inbox that Graph reads.");
    await sendMail(scene, graph);
    const seenByEws = await queryRows(scene, ews, {
      sql: "SELECT Subject, DateTimeReceived FROM Inbox WHERE Subject = ?",
      parameters: [subjects[graph.name]],
    });
    check(seenByEws.length === 1, "EWS does not see the mail sent by Graph.");
    scene.screen.passed("The mail sent by Graph is in the inbox that EWS reads.");
  },
};

async function sendMail({ api, screen, sandbox }: Scene, side: Side): Promise<void> {
  const input = { Subject: subjects[side.name], Content: "Hello from the demo.", ToRecipients: sandbox.user };
  const answer = await api.send("POST", `/v1/connections/${side.name}/execute`, { procedure: "SendMail", input });
  const [result] = listOf(answer, "results");
  check(result !== undefined, "SendMail answered no result.");
  screen.table(
    Object.keys(result).map((name) => ({ name })),
    [result],
  );
}
