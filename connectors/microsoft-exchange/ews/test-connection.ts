import { ConnectorError, type StepReporter } from "#spi";
import type { EwsColumn } from "./binding.ts";
import type { EwsCaller } from "./call.ts";
import { responseError } from "./errors.ts";
import { identityOf } from "./identity.ts";
import { getFolder } from "./operations/get-folder.ts";
import { folderShape } from "./properties.ts";
import { isError, wordOf } from "./response-messages.ts";
import { RowReader } from "./row-reader.ts";
import type { RowState } from "./row-state.ts";

const inboxColumn = (name: string, uri: string, at: readonly string[], as: "integer" | "boolean"): EwsColumn => ({
  name,
  type: as,
  nullable: true,
  key: false,
  mutability: "read-only",
  operators: {},
  sortable: false,
  sortsExactly: false,
  read: "list",
  description: name,
  binding: { kind: "field", path: { uri }, read: { from: "text", at, as }, filter: { by: "none" } },
});

const itemCount = inboxColumn("items", "folder:TotalCount", ["TotalCount"], "integer");
const mayRead = inboxColumn("Read", "folder:EffectiveRights", ["EffectiveRights", "Read"], "boolean");
const mayCreate = inboxColumn(
  "CreateContents",
  "folder:EffectiveRights",
  ["EffectiveRights", "CreateContents"],
  "boolean",
);

/** One cheap call, the inbox's own properties, and what its answer tells about each step. */
export async function testConnection(caller: EwsCaller, steps: StepReporter, signal: AbortSignal): Promise<void> {
  const { config } = caller;
  const columns = config.platform === "Exchange2007" ? [itemCount] : [itemCount, mayRead, mayCreate];
  const identity = identityOf(config, {});
  let state: RowState | undefined;

  await steps.step("authentication", "The server accepts the credentials", async () => {
    const operation = getFolder({
      folders: [{ name: "inbox" }],
      shape: folderShape(columns),
      rows: new RowReader(columns, { idElement: "FolderId" }),
    });
    state = await caller.call(operation, identity, signal);
    return { detail: "The server accepted the request." };
  });

  const answer = state as RowState | undefined;
  if (answer === undefined) return;
  await steps.step("protocol", "Exchange Web Services answer", async () => {
    if (answer.serverVersion !== undefined) steps.serverVersion(answer.serverVersion);
    return {
      detail: `Exchange ${answer.serverVersion ?? "of unknown version"} answers.`,
      evidence: { endpoint: config.endpoint, serverVersion: answer.serverVersion ?? null, platform: config.platform },
    };
  });

  await steps.step("mailbox", "The mailbox opens", async () => {
    const failed = answer.messages.find(isError);
    if (failed !== undefined) throw responseError("GetFolder", wordOf(failed));
    return {
      detail: "The inbox can be opened.",
      evidence: { folder: "inbox", items: answer.rows[0]?.[itemCount.name] ?? null },
    };
  });

  await steps.step("permission", "The account may read the mailbox", async () => {
    const row = answer.rows[0] ?? {};
    const evidence = { Read: row["Read"] ?? null, CreateContents: row["CreateContents"] ?? null };
    if (row["Read"] === false) {
      throw new ConnectorError("ACCESS_DENIED", "The account may open the inbox but not read its items.", {
        causeCode: "EWS_READ_DENIED",
        evidence,
      });
    }
    return { detail: "The account may read items.", evidence };
  });

  const user = config.user ?? config.impersonation?.user;
  if (user !== undefined) {
    const mailbox = config.impersonation?.user ?? config.user;
    steps.identity({ user, ...(mailbox === undefined ? {} : { mailbox }) });
  }
}
