import { z } from "zod";
import { timestamp } from "./common.ts";

export const tokenView = z
  .object({
    state: z.enum(["none", "valid", "expired", "authorization-required"]),
    expiresAt: timestamp.optional(),
    obtainedAt: timestamp.optional(),
    scope: z.string().optional(),
    account: z.string().optional(),
    hasRefreshToken: z.boolean(),
  })
  .meta({ id: "Token", description: "Metadata of a connection's token; never the token." });

const tokenText = z.string().min(1).max(65_536);

export const tokenInput = z
  .strictObject({
    accessToken: tokenText.meta({ writeOnly: true, "x-samples": ["ACCESS_TOKEN"] }),
    refreshToken: tokenText.optional().meta({ writeOnly: true, "x-samples": ["REFRESH_TOKEN"] }),
    expiresIn: z.int().min(1).max(315_360_000).optional().meta({ description: "Seconds from now." }),
    scope: z.string().max(4000).optional(),
  })
  .meta({ id: "TokenForm", description: "A token obtained elsewhere." });

export const authorizationStart = z
  .object({
    authorizationUrl: z.string().meta({ format: "uri", description: "Open it in a browser." }),
    state: z.string(),
    expiresAt: timestamp,
  })
  .meta({ id: "AuthorizationStart", description: "A started authorization; its state works once." });

const text = z.string().max(16_384);

/** The identity provider decides which parameters come back. */
export const callbackQuery = z
  .object({ state: text.optional(), code: text.optional(), error: text.optional(), error_description: text.optional() })
  .catchall(text);
