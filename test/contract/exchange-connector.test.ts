import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";
import { type ConnectorDefinition, type HttpClient, type PropertyValues, type Row, Secret, type Session } from "#spi";
import { installedConnectors } from "../../connectors/index.ts";
import { startFullSandbox } from "../../connectors/microsoft-exchange/sandbox/full-sandbox.ts";
import { egressRules } from "../../src/net/egress.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { openSession, type SessionSurroundings } from "../../src/runtime/open-session.ts";
import { passingTokens } from "../../src/runtime/passing-tokens.ts";
import { systemRandom } from "../../src/runtime/random.ts";
import { settle } from "../../src/runtime/validation.ts";
import { recorded } from "../coverage/recorder.ts";
import { connectorContract } from "./connector.contract.ts";

const sandbox = await startFullSandbox({ empty: true });
const { description } = sandbox;
const folder = await mkdtemp(path.join(tmpdir(), "contract-"));
const cloudOverridesFile = path.join(folder, "clouds.json");
await writeFile(cloudOverridesFile, JSON.stringify(description.cloudOverrides));
afterAll(async () => {
  await sandbox.stop();
  await rm(folder, { recursive: true });
});

const installed = await installedConnectors({
  environment: {},
  cloudOverridesFile,
  readFile: (file) => readFile(file, "utf8"),
});
const found = installed.find(({ name }) => name === "microsoft-exchange");
if (found === undefined) throw new Error("the connector is not installed");
const definition: ConnectorDefinition = recorded(found);

const silent = (): void => undefined;
const noFiles = (): Promise<never> => Promise.reject(new Error("no files here"));
const files = { read: noFiles, resolve: noFiles, open: noFiles, write: noFiles, writeStream: noFiles };
const surroundings: SessionSurroundings = {
  egress: egressRules({ allow: ["127.0.0.0/8", "localhost"], deny: [] }),
  clock: systemClock,
  random: systemRandom,
  log: { debug: silent, info: silent, warn: silent, error: silent },
  files,
};

/** A session as the service opens it: the real transport, and tokens of the sandbox's authority. */
async function open(config: unknown): Promise<Session> {
  const source = definition.tokens?.(config, files);
  const tokens = source === undefined ? {} : { tokens: (http: HttpClient) => passingTokens(source, http, systemClock) };
  const request = { definition, config, options: definition.transport(config), ...tokens };
  const { session, close } = await openSession(request, surroundings);
  return new Proxy(session, {
    get(target, member) {
      if (member === "close") return close;
      const value: unknown = Reflect.get(target, member);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const alice = "alice@sandbox.example";
const login = { User: alice, Password: new Secret("sandbox") };
const settled = (properties: PropertyValues): PropertyValues => settle(definition, properties);

/** The id of an item that was there once. */
function goneItem(): string {
  const mailbox = sandbox.organisation.mailbox(alice);
  if (mailbox === undefined) throw new Error(`${alice} has no mailbox`);
  const { id } = mailbox.createItem("task", mailbox.folders.requireWellKnown("tasks").id, {});
  mailbox.deleteItem(id, "hard");
  return id;
}

const ews = {
  Schema: "EWS",
  AuthScheme: "Basic",
  Platform: "Exchange2013_SP1",
  Server: description.ews,
  IncludeContent: true,
  ...login,
};

connectorContract("the Exchange connector, schema EWS", {
  definition,
  schema: "EWS",
  properties: settled(ews),
  badProperties: settled({ ...ews, Server: "ftp://mail.example" }),
  open,
  sample: {
    table: "Tasks",
    rows: [
      { Subject: "Alpha", Body: "first", PercentComplete: 10, Importance: "High" },
      { Subject: "beta 100%", DueDate: "2031-05-04T00:00:00Z", Categories: ["red"] },
      { Subject: "Gamma_2", Companies: ["Contoso"], Importance: "Low" },
      { Subject: "delta", Body: "fourth", Mileage: "12 km" },
      { Subject: "Épsilon <&>", Status: "InProgress" },
    ] as readonly Row[],
    change: { Subject: "changed", Mileage: "13 km" },
    refused: { Subject: "refused", ParentFolderId: "AAMkNoSuchFolder" },
    missingKey: { ItemId: goneItem() },
  },
  procedure: { name: "GetRoomLists", input: () => ({}) },
});

const graph = {
  Schema: "MSGraph",
  AuthScheme: "OAuth",
  OAuthGrantType: "PASSWORD",
  InitiateOAuth: "GETANDREFRESH",
  AzureTenant: description.app.tenant,
  OAuthClientId: description.app.clientId,
  OAuthClientSecret: new Secret(description.app.clientSecret),
  ...login,
};

connectorContract("the Exchange connector, schema MSGraph", {
  definition,
  schema: "MSGraph",
  properties: settled(graph),
  badProperties: settled({ ...graph, CustomHeaders: "no header" }),
  open,
  sample: {
    table: "Contacts",
    rows: [
      { givenName: "Alpha", surname: "One", jobTitle: "first" },
      { givenName: "beta", surname: "100%", companyName: "Contoso" },
      { givenName: "Gamma_2", surname: "Three", businessAddress_city: "Zürich" },
      { givenName: "delta", surname: "Four", mobilePhone: "+41 1" },
      { givenName: "Épsilon", surname: "<&>", jobTitle: "First" },
    ],
    change: { jobTitle: "changed", companyName: "Fabrikam" },
    refused: {
      givenName: "refused",
      surname: "x",
      birthday: "2030-01-01T00:00:00Z",
      parentFolderId: "AAMkNoSuchFolder",
    },
    missingKey: { id: "AAMkNoSuchContact" },
  },
  procedure: { name: "GetOAuthAuthorizationURL", input: () => ({}) },
});
