import { ConnectorError, invalidQuery, type Row, type Value } from "#spi";
import { segment } from "../../graph/mailbox.ts";
import { setMailboxSettings } from "../../procedures/graph/settings.ts";
import {
  flag,
  id,
  json,
  onEws,
  onGraph,
  orNull,
  required,
  resultOutput,
  type SpokeAction,
  success,
  text,
} from "../action.ts";
import { requiresPowerShell } from "../causes.ts";
import type { GraphWork } from "../graph-work.ts";
import { assignExchange, removeExchange } from "../licences.ts";
import { checkMailboxIdentity } from "../mailbox-identity.ts";
import { lookUpMailbox } from "./look-up-mailbox.ts";

const group = "Mailbox management";
const both = ["Exchange Server", "Exchange Online"] as const;
const instead = "A connection of schema MSGraph does it for Exchange Online by users and licences.";

const hostname = text("hostname", "Name of the Exchange host the cmdlet is for.", onEws);
const serverDomain = text("domain", "Its domain.", onEws);
const who = text("user", "The user: address or id.", required);
const parameters = (description: string, options = {}) => json("parameters", description, options);
const sku = id("licenseSkuId", "Licence with Exchange to give; one with free seats when left out.", onGraph);

// ---- creating ------------------------------------------------------------------------------------------------------

const objectOf = (work: GraphWork, name: string): Readonly<Record<string, Value>> => {
  const value = work.inputs.values[name];
  if (value === undefined || value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as Readonly<Record<string, Value>>;
  throw invalidQuery(`${name} takes an object.`, { target: name });
};

/** A name without what addresses cannot hold. */
const plainName = (name: string): string => name.normalize("NFKD").replace(/[^A-Za-z0-9._-]/g, "");

function newUser(work: GraphWork): Row {
  const { inputs } = work;
  const [first, middle, last] = ["first_name", "middle_initial", "last_name"].map((name) => inputs.text(name));
  const alias = inputs.text("alias") ?? [first, last].flatMap((name) => plainName(name ?? "") || []).join(".");
  if (alias === "") throw invalidQuery("Give alias, or first_name and last_name.", { target: "alias" });
  const more = objectOf(work, "parameters");
  const unknown = Object.keys(more).find((name) => !isWritable(work, "Users", name));
  if (unknown !== undefined) throw byCmdlet("Create Mailbox", "New-Mailbox", unknown);
  return {
    accountEnabled: true,
    displayName: [first, middle, last].filter((name) => name !== undefined).join(" ") || alias,
    ...(first === undefined ? {} : { givenName: first }),
    ...(last === undefined ? {} : { surname: last }),
    mailNickname: alias,
    userPrincipalName: `${alias}@${inputs.needed("domain")}`,
    passwordProfile_password: inputs.needed("password"),
    passwordProfile_forceChangePasswordNextSignIn: true,
    ...more,
    // A licence can be given to nobody whose country is not known.
    usageLocation: more["usageLocation"] ?? inputs.text("usageLocation") ?? null,
  };
}

const isWritable = (work: GraphWork, table: string, name: string): boolean =>
  work.table(table).columns.some((column) => column.name === name && column.mutability === "writable" && !column.key);

const byCmdlet = (action: string, cmdlet: string, parameter: string): ConnectorError =>
  requiresPowerShell(action, {
    cmdlet: `${cmdlet} -${parameter}`,
    instead: `Over Microsoft Graph parameters takes columns of the tables Users and MailboxSettings; ${parameter} is none that can be written.`,
  }).with({ target: "parameters" });

/** Waits between looks for a new mailbox, which Exchange makes some time after the licence. */
const looksAfterMs = [0, 2000, 4000, 8000, 16_000] as const;

async function isReady(work: GraphWork, userId: string): Promise<boolean> {
  for (const waitMs of looksAfterMs) {
    await work.context.clock.sleep(waitMs, work.signal);
    try {
      await work.json({ method: "GET", path: `/users/${segment(userId)}/mailboxSettings` });
      return true;
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (error.code === "ACCESS_DENIED") return false;
      if (error.code !== "NOT_FOUND") throw error;
    }
  }
  return false;
}

async function create(work: GraphWork): Promise<readonly Row[]> {
  await checkMailboxIdentity(work);
  const row = newUser(work);
  const { usageLocation, ...rest } = row;
  const { id: userId } = await work.create("Users", usageLocation === null ? rest : row);
  const made = String(userId);
  try {
    await assignExchange(work, made, work.inputs.text("licenseSkuId"));
  } catch (error) {
    // A user without a mailbox is not what was asked for.
    await work.json({ method: "DELETE", path: `/users/${segment(made)}` });
    throw error;
  }
  const output = { userId: made, userPrincipalName: row["userPrincipalName"] ?? null };
  return [{ ...success, output, mailboxReady: await isReady(work, made) }];
}

// ---- switching off and on ------------------------------------------------------------------------------------------

async function remove(work: GraphWork): Promise<readonly Row[]> {
  await checkMailboxIdentity(work);
  await work.json({ method: "DELETE", path: `/users/${segment(work.inputs.needed("user"))}` });
  return [success];
}

async function disable(work: GraphWork): Promise<readonly Row[]> {
  await removeExchange(work, work.inputs.needed("user"));
  return [success];
}

async function enable(work: GraphWork): Promise<readonly Row[]> {
  await checkMailboxIdentity(work);
  if (work.inputs.flag("archive") === true)
    throw requiresPowerShell("Enable Mailbox", {
      cmdlet: "Enable-Mailbox -Archive",
      instead: "Without archive the mailbox is enabled by a licence.",
    });
  const found = work.inputs.needed("user");
  await assignExchange(work, found, work.inputs.text("licenseSkuId"));
  return [{ ...success, output: { user: found }, mailboxReady: await isReady(work, found) }];
}

async function update(work: GraphWork): Promise<readonly Row[]> {
  const whose = work.inputs.needed("user");
  const changes = Object.entries(objectOf(work, "parameters"));
  if (changes.length === 0) throw invalidQuery("parameters names nothing to change.", { target: "parameters" });
  const unknown = changes.find(
    ([name]) => !["Users", "MailboxSettings"].some((table) => isWritable(work, table, name)),
  );
  if (unknown !== undefined) throw byCmdlet("Update Mailbox", "Set-Mailbox", unknown[0]);
  const of = (table: string) => Object.fromEntries(changes.filter(([name]) => isWritable(work, table, name)));
  const [ofUser, ofMailbox] = [of("Users"), of("MailboxSettings")];
  if (Object.keys(ofUser).length > 0) {
    const { id: userId } = await work.json({ method: "GET", path: `/users/${segment(whose)}?$select=id` });
    await work.update("Users", { ...ofUser, id: orNull(userId) });
  }
  if (Object.keys(ofMailbox).length > 0) await work.in(whose).execute(setMailboxSettings, ofMailbox);
  return [success];
}

const output = json("output", "The user.", onGraph);
const ready = flag("mailboxReady", "Exchange has made the mailbox already; it may take some minutes.", onGraph);

/** Mailboxes themselves: by users and licences in the cloud, by cmdlets elsewhere. */
export const mailboxActions: readonly SpokeAction[] = [
  {
    name: "Create Mailbox",
    spokes: both,
    group,
    actsIn: false,
    description:
      "Makes a user with a mailbox: over Microsoft Graph a user with a licence. On a server only New-Mailbox does it.",
    writes: true,
    inputs: [
      hostname,
      text("domain", "Over Microsoft Graph the domain of the new address.", required),
      text("first_name", "Given name."),
      text("middle_initial", "Middle initial."),
      text("last_name", "Family name."),
      text("alias", "Name before the @; First.Last when left out."),
      text("password", "First password; it must be changed at the first sign-in.", required),
      parameters("Further columns of the table Users; on a server parameters of the cmdlet."),
      sku,
      text("usageLocation", "Country of the user, which a licence needs, such as DE.", onGraph),
    ],
    outputs: [{ ...resultOutput, ...onGraph }, output, ready],
    cmdlet: "New-Mailbox",
    ews: { cmdlet: "New-Mailbox", instead },
    graph: {
      run: create,
      part: "user mailboxes; shared, room and equipment mailboxes need New-Mailbox",
      calls: "POST /users, POST /users/{id}/assignLicense, GET /users/{id}/mailboxSettings",
    },
  },
  {
    name: "Delete Mailbox",
    spokes: both,
    group,
    actsIn: false,
    description: "Removes a user with its mailbox; Microsoft 365 keeps it for 30 days.",
    writes: true,
    inputs: [hostname, serverDomain, who, parameters("Parameters of the cmdlet.", onEws)],
    outputs: [{ ...resultOutput, ...onGraph }],
    cmdlet: "Remove-Mailbox",
    ews: { cmdlet: "Remove-Mailbox", instead },
    graph: { run: remove, calls: "DELETE /users/{id}" },
  },
  {
    name: "Disable Mailbox",
    spokes: ["Exchange Server"],
    group,
    actsIn: false,
    description:
      "Takes the mailbox from a user who stays: over Microsoft Graph the part of the licence that is Exchange.",
    writes: true,
    inputs: [hostname, serverDomain, who, parameters("Parameters of the cmdlet.", onEws)],
    outputs: [{ ...resultOutput, ...onGraph }],
    cmdlet: "Disable-Mailbox",
    ews: { cmdlet: "Disable-Mailbox", instead },
    graph: {
      run: disable,
      part: "by the licence; licences a group gives stay",
      calls: "GET /users/{id}/licenseDetails, POST /users/{id}/assignLicense",
    },
  },
  {
    name: "Enable Mailbox",
    spokes: both,
    group,
    actsIn: false,
    description: "Gives a user a mailbox: over Microsoft Graph by a licence.",
    writes: true,
    inputs: [
      hostname,
      serverDomain,
      who,
      parameters("Parameters of the cmdlet.", onEws),
      sku,
      flag("archive", "With an archive: only the cmdlet does it.", onGraph),
    ],
    outputs: [{ ...resultOutput, ...onGraph }, output, ready],
    cmdlet: "Enable-Mailbox",
    ews: { cmdlet: "Enable-Mailbox", instead },
    graph: {
      run: enable,
      part: "an archive needs Enable-Mailbox -Archive",
      calls: "GET /subscribedSkus, POST /users/{id}/assignLicense",
    },
  },
  lookUpMailbox,
  {
    name: "Update Mailbox",
    spokes: ["Exchange Server"],
    group,
    actsIn: false,
    description: "Changes a mailbox: over Microsoft Graph the user and the settings of the mailbox.",
    writes: true,
    inputs: [
      hostname,
      serverDomain,
      who,
      parameters("Columns of the tables Users and MailboxSettings; on a server parameters of the cmdlet.", required),
    ],
    outputs: [{ ...resultOutput, ...onGraph }],
    cmdlet: "Set-Mailbox",
    ews: { cmdlet: "Set-Mailbox", instead },
    graph: {
      run: update,
      part: "names and settings; quotas, forwarding, hiding and types need Set-Mailbox",
      calls: "PATCH /users/{id}, PATCH /users/{id}/mailboxSettings",
    },
  },
];
