import { z } from "zod";
import { pageOf, pageQuery, timestamp } from "./common.ts";

export const auditQuery = pageQuery.extend({
  action: z.string().min(1).max(200).optional(),
  target: z.string().min(1).max(400).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
});

export const auditPage = pageOf(
  z
    .object({
      id: z.string(),
      at: timestamp,
      actor: z.string(),
      action: z.string(),
      target: z.string(),
      outcome: z.enum(["succeeded", "failed", "denied", "started"]),
      requestId: z.string(),
    })
    .meta({ id: "AuditRecord" }),
);
