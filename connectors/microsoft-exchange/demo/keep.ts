import type { Screen } from "./screen.ts";
import type { Scene } from "./steps/scene.ts";

/** What someone needs to go on with the two running programs. */
export function printHowToGoOn(screen: Screen, { api, key, keyFile, sandbox }: Scene): void {
  const base = `${api.baseUrl}/v1/connections`;
  const curl = `curl -s -H "Authorization: Bearer $(cat ${keyFile})"`;
  const json = '-H "Content-Type: application/json"';
  screen.line();
  for (const [name, value] of [
    ["Service", api.baseUrl],
    ["API page", `${api.baseUrl}/docs`],
    ["Sandbox EWS", sandbox.ews],
    ["Sandbox Graph", `${sandbox.graph}/v1.0`],
    ["Key file", keyFile],
    ["Key", key],
  ])
    screen.line(`  ${name?.padEnd(14)} ${value}`);
  screen.line();
  screen.line("  Three lines to try in another terminal:");
  screen.line();
  screen.line(`${curl} ${base}/demo-ews/tables`);
  screen.line(`${curl} ${json} ${base}/demo-ews/query -d '{"sql":"SELECT Subject, IsRead FROM Inbox LIMIT 3"}'`);
  screen.line(`${curl} ${json} ${base}/demo-graph/query -d '{"table":"Contacts","columns":["displayName"]}'`);
  screen.line();
  screen.line("  Both keep running. Ctrl+C stops them and removes their data.");
}
