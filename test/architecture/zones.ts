/** A part of the code and what it may see. The first zone whose pattern a path matches is the zone of the file. */
export interface Zone {
  readonly name: string;
  readonly files: RegExp;
  /** Names of the zones it may import, beside itself. */
  readonly imports: readonly string[];
  /** npm packages it may import. */
  readonly packages: readonly string[];
  /** Modules of Node.js it may import, without `node:`. Text and bytes alone (`plain`) are open to everybody. */
  readonly modules: readonly string[];
}

/** Modules of Node.js that reach nothing outside the process. */
export const plainModules: readonly string[] = ["crypto", "path", "stream", "util"];

const connector = "connectors/[a-z0-9-]+";

/** The allowed edges: who may import whom, and where npm packages are at home. */
export const zones: readonly Zone[] = [
  { name: "spi", files: /^src\/spi\//, imports: [], packages: [], modules: [] },
  {
    name: "query",
    files: /^src\/query\//,
    imports: ["spi"],
    packages: ["libpg-query", "zod"],
    // Joins and grouping run in an in-memory SQLite.
    modules: ["sqlite"],
  },
  {
    name: "net",
    files: /^src\/net\//,
    imports: ["spi"],
    packages: ["undici", "ipaddr.js", "js-md4"],
    modules: ["async_hooks", "child_process", "dns/promises", "fs/promises", "http", "net", "os", "tls", "zlib"],
  },
  {
    name: "store",
    files: /^src\/store\//,
    imports: ["spi"],
    packages: ["kysely", "pg"],
    modules: ["fs", "sqlite", "timers/promises"],
  },
  {
    name: "runtime",
    files: /^src\/runtime\//,
    imports: ["spi", "query", "net", "store"],
    packages: ["zod"],
    modules: ["fs", "fs/promises", "timers/promises"],
  },
  {
    name: "http",
    files: /^src\/http\//,
    imports: ["spi", "runtime"],
    packages: [
      "fastify",
      "fastify-type-provider-zod",
      "@fastify/busboy",
      "@fastify/swagger",
      "@fastify/swagger-ui",
      "zod",
    ],
    modules: ["http", "net"],
  },
  {
    name: "settings",
    files: /^src\/settings\.ts$/,
    imports: ["spi", "query"],
    packages: ["zod"],
    modules: ["net", "os"],
  },
  { name: "log", files: /^src\/log\.ts$/, imports: ["spi"], packages: ["pino"], modules: [] },
  { name: "commands", files: /^src\/commands\//, imports: ["*"], packages: [], modules: ["fs"] },
  {
    name: "composition",
    files: /^src\/[a-z-]+\.ts$/,
    imports: ["spi", "query", "net", "store", "runtime", "http", "settings", "log", "installed"],
    packages: ["fastify", "fastify-type-provider-zod"],
    modules: ["fs", "fs/promises", "http", "module", "net", "os"],
  },
  {
    name: "installed",
    files: /^connectors\/index\.ts$/,
    imports: ["spi", "connector entry", "connector library"],
    packages: [],
    modules: [],
  },
  {
    // A server of its own that judges the connector: were a line of it shared, one misreading would sit on both sides.
    name: "sandbox",
    files: new RegExp(`^${connector}/sandbox/`),
    imports: [],
    packages: ["@peculiar/x509", "nodemailer", "postal-mime", "saxes", "smtp-server"],
    modules: ["fs", "fs/promises", "http", "https", "net", "os", "tls", "zlib"],
  },
  {
    // Starts service and sandbox as programs and speaks HTTP to them, as any caller would.
    name: "demo",
    files: new RegExp(`^${connector}/demo/`),
    imports: [],
    packages: [],
    modules: ["child_process", "fs", "fs/promises", "http", "net", "os", "timers/promises"],
  },
  {
    // What several connectors need and none owns: the sign-in at Microsoft Entra, readings of property values. Two
    // copies of a token exchange would drift apart; connectors themselves never see one another.
    name: "connector library",
    files: /^connectors\/(common|microsoft-identity)\//,
    imports: ["spi"],
    packages: ["zod", "@azure/msal-node"],
    modules: [],
  },
  {
    name: "connector entry",
    files: new RegExp(`^${connector}/manifest\\.ts$`),
    imports: ["spi", "connector", "connector library"],
    packages: [],
    modules: [],
  },
  {
    // All input and output of a connector goes through its ConnectorContext: no network, no files, no clock of its own.
    name: "connector",
    files: new RegExp(`^${connector}/`),
    imports: ["spi", "connector library"],
    packages: ["saxes", "zod", "@microsoft/microsoft-graph-client", "postal-mime", "nodemailer"],
    modules: [],
  },
];

/** Parts of one connector that must not see each other: two protocols side by side. */
export const strangers: readonly (readonly [RegExp, RegExp])[] = [
  [/\/microsoft-exchange\/ews\//, /\/microsoft-exchange\/graph\//],
  [/\/microsoft-exchange\/graph\//, /\/microsoft-exchange\/ews\//],
];

/** `settings.ts` and `log.ts` are seen by these files only; all others receive values. */
export const seesSettings = /^src\/(main|app|service|commands\/write-docs)\.ts$/;

/** Packages that cost too much to be loaded before they are needed: `await import()` or types only. */
export const lazyPackages: readonly string[] = [
  "@azure/msal-node",
  "kerberos",
  "koffi",
  "@microsoft/microsoft-graph-client",
];
