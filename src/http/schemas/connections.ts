import { z } from "zod";
import { owners, stepIds } from "#spi";
import { pageOf, shownMembers, timestamp } from "./common.ts";
import { propertiesInput } from "./connectors.ts";
import { tokenView } from "./tokens.ts";

const tags = z.array(z.string().min(1).max(100)).max(50);

/** Its form is checked by the use case, so that a wrong name is told together with every wrong property. */
const connectionName = z.string().meta({
  minLength: 1,
  maxLength: 200,
  pattern: "^[^/:]*$",
  description: "Unique; 1 to 200 characters, no `/` and no `:`.",
});

const urlBuilder = z
  .strictObject({
    protocol: z.enum(["https", "http"]).optional(),
    host: z.string().min(1).max(255),
    port: z.int().min(1).max(65_535).optional(),
    basePath: z.string().max(1000).optional(),
  })
  .meta({ description: "The parts of the server's address, in place of the property that holds it." });

const form = {
  name: connectionName,
  connector: z
    .string()
    .min(1)
    .max(200)
    .meta({ "x-samples": ["CONNECTOR"] }),
  properties: propertiesInput,
  description: z.string().max(4000).optional(),
  active: z.boolean().optional(),
  credentialActive: z
    .boolean()
    .optional()
    .meta({ description: "False: its credential must not be used; `true` unless given." }),
  tags: tags.optional(),
  urlBuilder: urlBuilder.optional(),
};

const shownState = {
  state: z.enum(["configured", "unconfigured"]),
  missingSecrets: z.array(z.string()).optional(),
};

export const connectionInput = z
  .strictObject(form)
  .meta({ id: "ConnectionForm", description: "A connection as it is created." });

const shownWarnings = z.array(z.unknown()).optional().meta({ readOnly: true, description: "As they were answered." });

export const connectionReplacement = z
  .strictObject({
    ...form,
    ...shownMembers,
    state: shownState.state.optional().meta({ readOnly: true }),
    missingSecrets: shownState.missingSecrets.meta({ readOnly: true }),
    warnings: shownWarnings,
  })
  .meta({ id: "ConnectionReplacement", description: "A connection as it replaces the stored one." });

/** RFC 7396: members given replace, `null` removes. */
export const connectionPatch = z
  .strictObject({
    name: connectionName.optional(),
    connector: z.string().min(1).max(200).optional(),
    properties: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: "A property given replaces, `null` clears it; secrets left out are kept." }),
    description: z.string().max(4000).nullable().optional(),
    active: z.boolean().nullable().optional(),
    credentialActive: z.boolean().nullable().optional(),
    tags: tags.nullable().optional(),
    urlBuilder: urlBuilder.nullable().optional(),
    ...shownMembers,
    state: shownState.state.optional().meta({ readOnly: true }),
    missingSecrets: shownState.missingSecrets.meta({ readOnly: true }),
  })
  .meta({ id: "ConnectionPatch", description: "JSON merge patch (RFC 7396) of a connection." });

export const connectionView = z
  .object({
    id: z.string(),
    name: z.string(),
    connector: z.string(),
    description: z.string().optional(),
    active: z.boolean(),
    credentialActive: z.boolean(),
    state: shownState.state.meta({ description: "`unconfigured` while secrets an import left out are missing." }),
    missingSecrets: shownState.missingSecrets,
    tags: z.array(z.string()),
    urlBuilder: urlBuilder.optional(),
    properties: z.record(z.string(), z.unknown()).meta({ description: 'Secrets read as {"isSet": true}.' }),
    createdAt: timestamp,
    updatedAt: timestamp,
    warnings: z
      .array(z.object({ property: z.string(), code: z.string(), detail: z.string() }))
      .optional()
      .meta({ description: "In the answer to a change, when properties have no effect, weaken it, or will stop." }),
  })
  .meta({ id: "Connection", description: "A stored connection." });

export const connectionPage = pageOf(connectionView);

const testStep = z.object({
  id: z.enum(stepIds),
  title: z.string(),
  status: z.enum(["passed", "failed", "warning", "skipped"]),
  durationMs: z.number(),
  detail: z.string(),
  evidence: z.record(z.string(), z.unknown()),
  code: z.string().optional().meta({ description: "The finer cause." }),
  problem: z.string().optional().meta({ description: "The problem code of the cause." }),
  owner: z.enum(owners).optional().meta({ description: "Who must act." }),
  fix: z.string().optional(),
  property: z.string().optional(),
});

export const testReport = z
  .object({
    status: z.enum(["succeeded", "failed"]),
    agent: z.string(),
    connectorVersion: z.string(),
    durationMs: z.number(),
    identity: z
      .object({ user: z.string(), mailbox: z.string().optional(), displayName: z.string().optional() })
      .optional(),
    serverVersion: z.string().optional(),
    steps: z.array(testStep),
  })
  .meta({
    id: "TestReport",
    description: "A connection test, step by step; a failed test is an answer, not an error.",
  });

/** The answer with `agents=group`. */
export const testReports = z
  .object({ reports: z.array(testReport) })
  .meta({ id: "TestReports", description: "One report for each live agent of the group." });

export const dialogueReport = z
  .object({
    agent: z.string().meta({ description: "The agent that recorded it." }),
    enabled: z.boolean().meta({ description: "Lines are being recorded now." }),
    until: timestamp.optional(),
    lines: z.array(
      z.object({
        at: timestamp,
        direction: z.enum(["sent", "received", "note"]),
        text: z.string().meta({ description: "Secrets masked, bodies cut." }),
      }),
    ),
    dropped: z.int().meta({ description: "Older lines that made room for newer ones." }),
  })
  .meta({ id: "Dialogue", description: "A connection's conversation with its server, as this agent recorded it." });

export const connectionStatus = z
  .object({
    lastTest: z
      .object({
        at: timestamp,
        status: z.enum(["succeeded", "failed"]),
        failedStep: z.enum(stepIds).optional(),
        code: z.string().optional(),
      })
      .optional(),
    token: tokenView.optional(),
    throttledUntil: timestamp.optional(),
    openSessions: z.int(),
    warnings: z.array(z.object({ code: z.string(), detail: z.string(), at: z.string().optional() })),
  })
  .meta({ id: "ConnectionStatus", description: "What is known of a connection without calling anything." });
