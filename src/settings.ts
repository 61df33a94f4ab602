import * as z from "zod";
import { mistaken, nearestHint } from "#spi";

const list = z
  .string()
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  )
  .readonly();
const flag = z.enum(["true", "false"]).transform((text) => text === "true");
const whole = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum);
const path = z.string().min(1);

interface Setting {
  readonly default: string;
  readonly meaning: string;
  readonly schema: z.ZodType;
}

/** Every setting: how it is read, its default and meaning as the README prints them. */
const settings = {
  FILE_ROOTS: {
    default: "`DATA_DIR/files`",
    meaning: "Folders, comma-separated, in which files named by properties may lie",
    schema: list.optional(),
  },
  HOST: {
    default: "`127.0.0.1`",
    meaning:
      "Listening address. Elsewhere than loopback it needs `TLS_CERT_FILE` and `TLS_KEY_FILE`, or `BEHIND_TLS_PROXY=true`",
    schema: z.string().min(1).default("127.0.0.1"),
  },
  PORT: { default: "`3000`", meaning: "Listening port; `0` picks a free one", schema: whole(0, 65_535).default(3000) },
  TLS_CERT_FILE: { default: "-", meaning: "PEM file of the service's own certificate", schema: path.optional() },
  TLS_KEY_FILE: { default: "-", meaning: "PEM file of its key", schema: path.optional() },
  BEHIND_TLS_PROXY: {
    default: "`false`",
    meaning: "A proxy before the service ends TLS; the caller's address is taken from `X-Forwarded-For`",
    schema: flag.default(false),
  },
  DATA_DIR: { default: "`./data`", meaning: "Embedded store, master key, `admin.key`", schema: path.default("./data") },
  STORE: {
    default: "`file:` in `DATA_DIR`",
    meaning: "Or `postgres://…`, shared by several instances",
    schema: z
      .string()
      .regex(/^(file:|postgres(ql)?:\/\/)/, "is file: or postgres://…")
      .default("file:"),
  },
  MASTER_KEY_FILE: {
    default: "`DATA_DIR/master.key`",
    meaning:
      "One line, 32 random bytes in base64, mode 0600 or 0400. Made at first start on the embedded store; must be given on PostgreSQL",
    schema: path.optional(),
  },
  ADMIN_KEY: {
    default: "-",
    meaning:
      "Bootstrap admin key for containers, at least 32 characters; else one is made and written, mode 0600, to `DATA_DIR/admin.key`",
    schema: z.string().min(32, "needs at least 32 characters").optional(),
  },
  AGENT_NAME: { default: "host name", meaning: "Name of this instance", schema: z.string().min(1).optional() },
  AGENT_GROUP: {
    default: "`default`",
    meaning: "Group of this instance",
    schema: z.string().min(1).default("default"),
  },
  AGENT_PROXY_URL: {
    default: "-",
    meaning: "The agent's proxy, used by connections with `UseProxySettings`; may carry a login",
    schema: z.url({ protocol: /^https?$/ }).optional(),
  },
  AGENT_NO_PROXY: { default: "-", meaning: "Hosts, comma-separated, reached without it", schema: list.default([]) },
  EGRESS_ALLOW: {
    default: "-",
    meaning:
      "Comma-separated CIDR and host patterns: exceptions to what is denied by default (loopback, link-local, unspecified, multicast, reserved)",
    schema: list.default([]),
  },
  EGRESS_DENY: { default: "-", meaning: "The same, denied whatever else is allowed", schema: list.default([]) },
  LOG_LEVEL: {
    default: "`info`",
    meaning: "`debug`, `info`, `warn`, `error` or `silent`",
    schema: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  },
  SUBSCRIPTION_POLL_SECONDS: {
    default: "`15`",
    meaning:
      "So often the changes of a subscription are asked for where the server does not post them; `0` is each second",
    schema: whole(0, 3600).default(15),
  },
  PUBLIC_URL: {
    default: "from `HOST`/`PORT`",
    meaning: "Base of the OAuth callback URL",
    schema: z.url({ protocol: /^https?$/ }).optional(),
  },
  CLOUD_OVERRIDES_FILE: {
    default: "-",
    meaning: "JSON that redirects the Microsoft endpoints of a cloud to others: sandbox, sovereign or private set-ups",
    schema: path.optional(),
  },
  ACTIVITY_TIMEOUT_SECONDS: {
    default: "`300`",
    meaning: "Longest synchronous activity",
    schema: whole(1, 86_400).default(300),
  },
  MAX_IN_FLIGHT: {
    default: "`64`",
    meaning: "Requests worked on at the same time; more are answered 503",
    schema: whole(1, 10_000).default(64),
  },
  KEY_REQUESTS_PER_MINUTE: {
    default: "`60000`",
    meaning: "Requests of one API key in a minute; more are answered 429",
    schema: whole(1, 100_000_000).default(60_000),
  },
} as const satisfies Record<string, Setting>;

type Read = { readonly [K in keyof typeof settings]: z.infer<(typeof settings)[K]["schema"]> };

/** The settings of the process, read once and frozen. */
export type Settings = Read;

/** Name, default and meaning of each setting, for the README. */
export const settingDescriptions: readonly {
  readonly name: string;
  readonly default: string;
  readonly meaning: string;
}[] = Object.entries(settings).map(([name, { default: standard, meaning }]) => ({ name, default: standard, meaning }));

const shape = z.object(Object.fromEntries(Object.entries(settings).map(([name, { schema }]) => [name, schema])));

/** Names that only this service would give a meaning: a misspelt one is a mistake, not another program's variable. */
const ours = /^(EGRESS|AGENT|MASTER_KEY|CLOUD_OVERRIDES|FILE_ROOTS|BEHIND_TLS|ACTIVITY_TIMEOUT)/;

/** Reads the environment. An empty value counts as not set. Errors: INVALID_PROPERTY with every mistake, by variable. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ""),
  );
  const parsed = shape.safeParse(given);
  const mistakes = [
    ...(parsed.success ? [] : parsed.error.issues.map(({ path: place, message }) => `${place.join(".")}: ${message}`)),
    ...Object.keys(given)
      .filter((name) => ours.test(name) && !(name in settings))
      .map((name) => `${name}: there is no such setting.${nearestHint(name, Object.keys(settings))}`),
    ...(parsed.success ? jointMistakes(parsed.data as Settings, environment) : []),
  ];
  if (mistakes.length > 0)
    throw mistaken(
      mistakes.map((detail) => ({ pointer: `/${detail.split(":", 1)[0]}`, code: "INVALID_PROPERTY" as const, detail })),
    );
  return Object.freeze(parsed.data as Settings);
}

function jointMistakes(read: Settings, environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  const mistakes: string[] = [];
  const hasTls = read.TLS_CERT_FILE !== undefined && read.TLS_KEY_FILE !== undefined;
  if ((read.TLS_CERT_FILE === undefined) !== (read.TLS_KEY_FILE === undefined))
    mistakes.push("TLS_CERT_FILE: it and TLS_KEY_FILE go together.");
  if (!isLoopback(read.HOST) && !hasTls && !read.BEHIND_TLS_PROXY)
    mistakes.push("HOST: elsewhere than loopback it needs TLS_CERT_FILE and TLS_KEY_FILE, or BEHIND_TLS_PROXY=true.");
  if (read.STORE.startsWith("postgres") && read.MASTER_KEY_FILE === undefined)
    mistakes.push("MASTER_KEY_FILE: it must be given on PostgreSQL, the same for all instances.");
  if (environment["NODE_TLS_REJECT_UNAUTHORIZED"] === "0")
    mistakes.push(
      "NODE_TLS_REJECT_UNAUTHORIZED: 0 would switch off certificate checks; unset it and use SSLServerCert of a connection.",
    );
  return mistakes;
}

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
