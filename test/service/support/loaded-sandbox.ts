// A sandbox of its own process, its first inbox filled with as many messages as the argument says.
import { startFullSandbox } from "../../../connectors/microsoft-exchange/sandbox/full-sandbox.ts";
import { emptyFields } from "../../../connectors/microsoft-exchange/sandbox/mailboxes/index.ts";

const sandbox = await startFullSandbox({ empty: true });
const { organisation } = sandbox;
const [alice] = organisation.mailboxes();
if (alice === undefined) throw new Error("the sandbox has no mailbox");
const inbox = alice.folders.requireWellKnown("inbox").id;
for (let index = 0; index < Number(process.argv[2]); index += 1) {
  const at = new Date(Date.UTC(2026, 0, 1) + index * 60_000);
  alice.createItem("message", inbox, {
    ...emptyFields("message"),
    subject: `Message ${index} & "quoted" <text> Привет 😀`,
    body: { type: "text", content: `Body of message ${index}` },
    from: { ...alice.owner },
    sender: { ...alice.owner },
    to: [{ ...alice.owner }],
    internetMessageId: `<bulk-${index}@${organisation.domain}>`,
    sentAt: at,
  });
}
process.stdout.write(`${JSON.stringify(sandbox.description)}\n`);
const stop = (): void => {
  sandbox.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
};
process.once("SIGTERM", stop);
