import { type Code, codeInfo } from "#spi";
import { statusByCode } from "../../http/status-of.ts";
import { code, table } from "./markdown.ts";

/** One environment variable. */
export interface SettingDescription {
  readonly name: string;
  readonly default: string;
  readonly meaning: string;
}

/** What each npm script is for. */
const commandMeanings: Readonly<Record<string, string>> = {
  start: "Starts the service",
  demo: "Starts service and sandbox, makes two connections, runs every activity on both and shows requests and results; `-- --keep` leaves them running",
  sandbox: "Starts the sandbox server alone: `-- --port P`",
  test: "Tests that need nothing but npm packages; the suites left out are listed at the end",
  "test:peers": "Tests against real servers and other clients; `test/peers/install-debian.sh` installs them",
  bench:
    "Benchmarks against plain readers, client libraries and raw `node:http`: prints a table, writes JSON to `test/bench/results`; `-- --rounds N`, `-- --only NAME` for part of it. Needs Linux",
  typecheck: "Checks the types",
  lint: "Lints and checks the format",
  format: "Formats, and applies safe fixes",
  openapi: "Writes `openapi/`; `-- --check` fails when it is stale",
  docs: "Writes the generated documentation; `-- --check` fails when it is stale",
};

/** The generated sections of the README by the name in their markers. Throws when an npm script is not described. */
export function readmeSections(
  scripts: readonly string[],
  descriptions: readonly SettingDescription[],
): Readonly<Record<string, string>> {
  const commands = scripts.map((name) => {
    const meaning = commandMeanings[name];
    if (meaning === undefined) throw new Error(`npm script ${name} is not described in readme-sections.ts`);
    return [code(name === "start" || name === "test" ? `npm ${name}` : `npm run ${name}`), meaning];
  });
  const settings = descriptions.map((setting) => [code(setting.name), setting.default, setting.meaning]);
  return {
    settings: table(["Variable", "Default", "Meaning"], settings),
    codes: table(["Code", "Status", "Repeat", "Meaning", "What to do"], codeRows()),
    commands: table(["Command", "Does"], commands),
  };
}

const repeats = { never: "no", later: "later", "after-reauthorization": "after authorization" };

const codeRows = (): readonly (readonly string[])[] =>
  (Object.keys(codeInfo) as Code[])
    .toSorted((a, b) => statusByCode[a] - statusByCode[b])
    .map((name) => {
      const { retry, meaning, remedy } = codeInfo[name];
      return [code(name), String(statusByCode[name]), repeats[retry], meaning, remedy];
    });

const marker = /<!-- generated:([a-z-]+) -->[\s\S]*?<!-- \/generated -->/g;

/** The README with its generated sections renewed; prose outside the markers is kept. Throws when a section is missing. */
export function renewed(readme: string, sections: Readonly<Record<string, string>>): string {
  const missing = new Set(Object.keys(sections));
  const text = readme.replaceAll(marker, (_, name: string) => {
    const section = sections[name];
    if (section === undefined) throw new Error(`README.md: there is no generated section ${name}`);
    missing.delete(name);
    return printed(name, section);
  });
  if (missing.size > 0) throw new Error(`README.md lacks the markers of ${[...missing].join(", ")}`);
  return text;
}

/** A README that has nothing but a title and the sections. */
export const bare = (title: string, sections: Readonly<Record<string, string>>): string =>
  `${[`# ${title}`, ...Object.entries(sections).map(([name, section]) => printed(name, section))].join("\n\n")}\n`;

const printed = (name: string, section: string): string =>
  `<!-- generated:${name} -->\n\n${section}\n\n<!-- /generated -->`;
