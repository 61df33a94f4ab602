/** What the document says before any route is known. */
export const documentBase = (version: string) => ({
  openapi: "3.1.0",
  info: {
    title: "Connector runtime",
    version,
    summary: "Query, Create, Update, Delete and Execute over hosted connectors.",
    description: [
      "Every call but health, this document and the OAuth callback needs an API key in `Authorization: Bearer <key>`.",
      "Errors are RFC 9457 problems (`application/problem+json`): decide on `code`, which is stable, not on `detail`.",
      "401, 403 and 429 are about this API only; trouble at the mail server is 502, 503 or 504.",
      "Lists answer `{items, nextPageToken?}`; no `nextPageToken` means the last page.",
      "Unknown members and unknown query parameters are refused with 400 and the nearest known name.",
      "An NDJSON answer without a last `end` or `error` frame was cut off.",
    ].join("\n\n"),
  },
  servers: [{ url: "/" }],
  security: [{ apiKey: [] }],
  tags: [
    { name: "Connectors", description: "Installed connectors and their properties." },
    { name: "Connections", description: "Stored connections, their test and status." },
    { name: "Tokens", description: "OAuth authorizations and tokens of a connection." },
    { name: "Catalogue", description: "Tables and procedures." },
    { name: "Activities", description: "Query, Create, Update, Delete and Execute." },
    { name: "Contents", description: "Attachments and messages of any size, in and out." },
    { name: "Subscriptions", description: "Changes of mailboxes and folders, told as events." },
    { name: "Aliases", description: "Names that stand for connections, resolved when they are used." },
    { name: "Export and import", description: "Definitions from one installation to another, without secrets." },
    { name: "Saved activities", description: "Activities kept under a name." },
    { name: "Variables", description: "Values for [name] in properties and activities." },
    { name: "Runs", description: "Asynchronous runs." },
    { name: "Keys", description: "API keys and their scopes." },
    { name: "Agents", description: "Live instances." },
    { name: "Audit", description: "Who did what." },
    { name: "Service", description: "Health and metrics." },
  ],
  components: {
    securitySchemes: {
      apiKey: { type: "http", scheme: "bearer", description: "An API key: `Authorization: Bearer <key>`." },
    },
    schemas: {},
  },
});
