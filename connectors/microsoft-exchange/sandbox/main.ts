import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { startFullSandbox } from "./full-sandbox.ts";
import { CLIENT_IDS } from "./identity/registrations.ts";
import { loadMail } from "./mailboxes/index.ts";

const usage = `Usage: npm run sandbox -- [--port P] [--mail FILE-or-FOLDER] [--certificate FILE] [--empty]

  --port P          http on P, https on P + 1; 0 (or nothing) takes free ports
  --mail PATH       an mbox or .eml file, or a folder of them, for the first account's inbox
  --certificate F   a PEM certificate to register for the application
  --empty           no items to begin with`;

type Arguments = { port: number; mail?: string; certificate?: string; empty: boolean };

const given = readArguments(process.argv.slice(2));
if (given === undefined) {
  console.error(usage);
  process.exit(2);
}
await serve(given);

function readArguments(list: string[]): Arguments | undefined {
  try {
    const { values } = parseArgs({
      args: list,
      options: {
        port: { type: "string", default: "0" },
        mail: { type: "string" },
        certificate: { type: "string" },
        empty: { type: "boolean", default: false },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_534) return undefined;
    return {
      port,
      empty: values.empty,
      ...(values.mail === undefined ? {} : { mail: values.mail }),
      ...(values.certificate === undefined ? {} : { certificate: values.certificate }),
    };
  } catch (problem) {
    console.error(problem instanceof Error ? problem.message : String(problem));
    return undefined;
  }
}

async function serve({ port, mail, certificate, empty }: Arguments): Promise<void> {
  const sandbox = await startFullSandbox({ empty, port, httpsPort: port === 0 ? 0 : port + 1 });
  let isStopping = false;
  const stop = () => {
    if (isStopping) return;
    isStopping = true;
    sandbox.stop().then(
      () => process.exit(0),
      (problem: unknown) => {
        console.error(problem);
        process.exit(1);
      },
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  if (certificate !== undefined) {
    sandbox.identity.registration(CLIENT_IDS.full).certificates.push(await readFile(certificate, "utf8"));
  }
  if (mail !== undefined) {
    const [first] = sandbox.organisation.mailboxes();
    if (first === undefined) throw new Error("the sandbox has no mailbox to load mail into");
    const report = await loadMail(first, first.folders.requireWellKnown("inbox").id, mail);
    console.error(`mail loaded into ${first.owner.address}: ${JSON.stringify(report)}`);
  }
  console.log(JSON.stringify(sandbox.description));
}
