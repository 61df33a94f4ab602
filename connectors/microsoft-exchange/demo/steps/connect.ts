import { isRow, textOf } from "../api.ts";
import { check } from "../problem.ts";
import { ews, graph, type Sandbox, type Scene, type Step } from "./scene.ts";

/** Step 2: the two connections. */
export const connect: Step = {
  title: "Create an EWS and a Graph connection",
  explanation: "EWS signs in with user and password, Graph as an application.",
  async run({ api, screen, sandbox }: Scene) {
    for (const { name, title, properties, secret } of connections(sandbox)) {
      const made = await api.send(
        "POST",
        "/v1/connections",
        { name, connector: "microsoft-exchange", properties },
        201,
      );
      const { properties: shown } = made;
      check(isRow(shown), "The connection came back without properties.");
      screen.table([{ name: "name" }, { name: "id" }, { name: secret }], [{ ...made, [secret]: shown[secret] }]);
      check(textOf(made, "name") === name, `The connection is not called ${name}.`);
      check(JSON.stringify(shown[secret]) === '{"isSet":true}', `${secret} came back.`);
      screen.passed(`The ${title} connection is saved; its ${secret} reads as set, never as itself.`);
    }
  },
};

const connections = (sandbox: Sandbox) => [
  {
    ...ews,
    secret: "Password",
    properties: {
      Schema: "EWS",
      Platform: "Exchange2013_SP1",
      AuthScheme: "Basic",
      Server: sandbox.ews,
      User: sandbox.user,
      Password: sandbox.password,
    },
  },
  {
    ...graph,
    secret: "OAuthClientSecret",
    properties: {
      Schema: "MSGraph",
      AuthScheme: "AzureServicePrincipal",
      AzureTenant: sandbox.tenant,
      OAuthClientId: sandbox.clientId,
      OAuthClientSecret: sandbox.clientSecret,
      UserId: sandbox.user,
    },
  },
];
