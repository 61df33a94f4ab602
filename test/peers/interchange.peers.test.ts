import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasEwsContract } from "../sandbox/ews-contract.ts";
import { hasGraphContract } from "../sandbox/graph-contract.ts";
import { productOverEws } from "../sandbox/interchange/product-ews.ts";
import { productOverGraph } from "../sandbox/interchange/product-graph.ts";
import { type Side, sharedFields } from "../sandbox/interchange/side.ts";
import { pick, type Specimen, specimens, titled, titleOf } from "../sandbox/interchange/specimens.ts";
import { type Exchange, recordTraffic, trafficFindings } from "../sandbox/interchange/traffic.ts";
import { connectBoth, type Stand, startStand } from "../service/support/stand.ts";
import { hasPythonModule, python, runPeer } from "./run-peer.ts";

const isInstalled = hasPythonModule("exchangelib");
const hasContracts = hasEwsContract && hasGraphContract;
const script = fileURLToPath(new URL("exchangelib_interchange.py", import.meta.url));
const title = `the service beside exchangelib${isInstalled ? "" : " (skipped: python3-exchangelib is not installed, see test/peers/install-debian.sh)"}`;

describe.skipIf(!isInstalled)(title, () => {
  let stand: Stand;
  let traffic: readonly Exchange[];
  let ews: Side;
  let graph: Side;
  const suffixes = { exchangelib: "by exchangelib", ews: "by EWS", graph: "by Graph" } as const;
  beforeAll(async () => {
    stand = await startStand({ sandbox: { empty: true } });
    traffic = recordTraffic(stand.sandbox);
    await connectBoth(stand);
    ews = productOverEws(stand.admin, "ews");
    graph = productOverGraph(stand.admin, "graph");
  });
  afterAll(() => stand?.stop());

  async function exchangelib(order: object): Promise<readonly Specimen["fields"][]> {
    const login = [stand.sandbox.description.ews, "alice@sandbox.example", "sandbox"];
    const result = await runPeer(python, ["-W", "ignore", script, ...login], JSON.stringify(order));
    expect(result.code, result.stderr.slice(-3000)).toBe(0);
    return JSON.parse(result.stdout) as readonly Specimen["fields"][];
  }

  it("reads over both schemas what exchangelib wrote, field by field", async () => {
    const written = specimens.map((one) => titled(one, suffixes.exchangelib));
    await exchangelib({ write: written });
    for (const one of written)
      for (const reader of [ews, graph]) {
        const names = reader.reads[one.kind];
        const read = pick(await reader.read(one.kind, titleOf(one), names), names);
        expect(read, `${one.kind} read by ${reader.name}`).toStrictEqual(pick(one.fields, names));
      }
  });

  it.each([
    "ews",
    "graph",
  ] as const)("exchangelib reads what the service wrote over %s, field by field", async (via) => {
    const writer = via === "ews" ? ews : graph;
    const written = specimens.map((one) => titled(one, suffixes[via]));
    for (const one of written) await writer.write(one);
    const read = await exchangelib({ read: written.map((one) => asked(one)) });
    for (const [at, one] of written.entries()) {
      const names = writer.writes[one.kind];
      expect(pick(read[at] ?? {}, names), `${one.kind} written by ${writer.name}`).toStrictEqual(
        pick(one.fields, names),
      );
    }
  });

  it("shows over each schema what it wrote over the other", async () => {
    for (const [writer, reader, suffix] of [
      [ews, graph, suffixes.ews],
      [graph, ews, suffixes.graph],
    ] as const)
      for (const one of specimens.map((each) => titled(each, suffix))) {
        const names = sharedFields(writer, reader, one.kind);
        const read = await reader.read(one.kind, titleOf(one), names);
        expect(pick(read, names), `${one.kind} read by ${reader.name}`).toStrictEqual(pick(one.fields, names));
      }
  });

  it.skipIf(!hasContracts)(
    `all of it, both ways, is valid by Microsoft's contracts${hasContracts ? "" : " (skipped: no ../shared/reference beside this checkout)"}`,
    async () => {
      const soap = traffic.filter(({ protocol, method }) => protocol === "ews" && method === "POST");
      expect(soap.length).toBeGreaterThan(60);
      expect(soap.filter(({ request }) => !request.includes("Envelope"))).toEqual([]);
      expect(traffic.filter(({ protocol }) => protocol === "graph").length).toBeGreaterThan(20);
      expect(await trafficFindings(traffic)).toEqual([]);
    },
  );
});

const asked = (specimen: Specimen) => ({ kind: specimen.kind, title: titleOf(specimen) });
