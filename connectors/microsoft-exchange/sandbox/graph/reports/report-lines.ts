import { type Account, guidOf, type Item, type Mailbox } from "../../mailboxes/index.ts";
import type { GraphCall } from "../call.ts";
import type { Group } from "../directory-extras.ts";
import { groupsOf } from "../entities/group.ts";
import type { ReportRow } from "./report-table.ts";

type Line = Readonly<Record<string, string | number | boolean>>;

/** A report as CSV: UTF-8 with byte order mark and CRLF, as the service's download. */
export function reportCsv(report: ReportRow, call: GraphCall, period: number): string {
  const columns = report.header.split(",");
  const lines = linesOf(report, call, period).map((line) =>
    columns.map((name) => cell(lineValue(line, name))).join(","),
  );
  return `\ufeff${[report.header, ...lines].map((line) => `${line}\r\n`).join("")}`;
}

function linesOf(report: ReportRow, call: GraphCall, period: number): Line[] {
  const shared = { "Report Refresh Date": day(call.now), "Is Deleted": false, "Report Period": period };
  if (report.about === "group") return groupsOf(call).map((group) => ({ ...shared, ...groupLine(group, call) }));
  const people = call.service.organisation.accounts.filter((account) => account.kind === "user");
  return people.map((account) => ({ ...shared, ...mailboxLine(account, call) }));
}

/** What the mailboxes really hold; products the sandbox does not have are not used. */
function mailboxLine(account: Account, call: GraphCall): Line {
  const mailbox = call.service.organisation.requireMailbox(account.address);
  const items = mailbox.allItems();
  const inFolder = (name: string) => mailbox.items(mailbox.folders.requireWellKnown(name).id);
  const [inbox, sent, deleted] = [inFolder("inbox"), inFolder("sentitems"), inFolder("deleteditems")];
  const active = lastActivity(mailbox, items);
  return {
    "User Principal Name": account.address,
    "Owner Principal Name": account.address,
    "Owner Display Name": account.displayName,
    "Site Id": guidOf(`site ${account.address}`),
    "Site URL": `https://sandbox-my.sharepoint.example/personal/${account.address.replace(/\W/g, "_")}`,
    "Display Name": account.displayName,
    "Last Activity Date": active,
    "Exchange Last Activity Date": active,
    "Send Count": sent.length,
    "Receive Count": inbox.length,
    "Read Count": inbox.filter((item) => item.isRead).length,
    "Meeting Created Count": items.filter((item) => item.event?.isMeeting === true && item.event.isOrganizer).length,
    "Meeting Interacted Count": items.filter((item) => item.event?.isMeeting === true).length,
    "Created Date": "2026-01-01",
    "Item Count": items.length,
    "Storage Used (Byte)": items.reduce((sum, item) => sum + sizeOf(item), 0),
    "Storage Allocated (Byte)": 1_099_511_627_776,
    "Issue Warning Quota (Byte)": 105_226_698_752,
    "Prohibit Send Quota (Byte)": 106_300_440_576,
    "Prohibit Send/Receive Quota (Byte)": 107_374_182_400,
    "Deleted Item Count": deleted.length,
    "Deleted Item Size (Byte)": deleted.reduce((sum, item) => sum + sizeOf(item), 0),
    "Deleted Item Quota (Byte)": 32_212_254_720,
    "Has Archive": false,
    "Recipient Type": "User",
    "Has Exchange License": true,
    "Exchange License Assign Date": "2026-01-01",
    "Assigned Products": "EXCHANGE ONLINE (PLAN 2)",
    "Product Type": "MICROSOFT 365 APPS FOR ENTERPRISE",
    "User State": "active",
    "Root Web Template": "Personal Site",
    ...account.usage,
  };
}

function groupLine(group: Group, call: GraphCall): Line {
  const items = call.service.directory.mailbox(group, call.service.organisation.clock).allItems();
  return {
    "Group Display Name": group.list.displayName,
    "Group Type": "Private",
    "Member Count": group.list.members.length,
    "Group Id": group.id,
    "Office 365 Connected": "Yes",
    "Exchange Mailbox Total Item Count": items.length,
    "Network Display Name": call.service.organisation.domain,
    ...group.list.usage,
  };
}

/** Columns nobody filled in: counts are 0, flags No or False, dates and texts empty. */
function lineValue(line: Line, name: string): string | number | boolean {
  const known = line[name];
  if (known !== undefined) return known;
  if (/Count$|\(Byte\)$/.test(name)) return 0;
  if (/^(Used |Has Other)/.test(name)) return "No";
  return /^(Has|Activated) /.test(name) ? false : "";
}

function lastActivity(mailbox: Mailbox, items: readonly Item[]): string {
  const latest = Math.max(...items.map((item) => item.modifiedAt.getTime()), 0);
  return latest === 0 ? "" : day(new Date(Math.min(latest, mailbox.clock().getTime())));
}

function sizeOf(item: Item): number {
  const files = item.attachments.reduce((sum, one) => sum + (one.content?.length ?? 0), 0);
  return Buffer.byteLength(item.body?.content ?? "") + files + 1024;
}

function day(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function cell(value: string | number | boolean): string {
  const text = typeof value === "boolean" ? (value ? "True" : "False") : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
