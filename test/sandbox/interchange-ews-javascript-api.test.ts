import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alice, connectBoth, type Stand, startStand } from "../service/support/stand.ts";
import { ewsContractTitle, hasEwsContract } from "./ews-contract.ts";
import { hasGraphContract } from "./graph-contract.ts";
import { ewsJavascriptApi } from "./interchange/ews-javascript-api-side.ts";
import { productOverEws } from "./interchange/product-ews.ts";
import { productOverGraph } from "./interchange/product-graph.ts";
import type { Side } from "./interchange/side.ts";
import { plainSpecimens } from "./interchange/specimens.ts";
import { handOver } from "./interchange/suite.ts";
import { type Exchange, recordTraffic, trafficFindings } from "./interchange/traffic.ts";

const hasContracts = hasEwsContract && hasGraphContract;

describe("the service beside ews-javascript-api", () => {
  let stand: Stand;
  let traffic: readonly Exchange[];
  let peer: Side;
  let ews: Side;
  let graph: Side;
  beforeAll(async () => {
    stand = await startStand({ sandbox: { empty: true } });
    traffic = recordTraffic(stand.sandbox);
    await connectBoth(stand);
    peer = ewsJavascriptApi(stand.sandbox.description.ews, alice, "sandbox");
    ews = productOverEws(stand.admin, "ews");
    graph = productOverGraph(stand.admin, "graph");
  });
  afterAll(() => stand?.stop());

  const overEws = { message: 12, event: 14, contact: 25, task: 16 };
  const overGraph = { message: 12, event: 14, contact: 22, task: 8 };
  it("reads over EWS what the client wrote", () => handOver(peer, ews, plainSpecimens, overEws));
  it("reads over Graph what the client wrote", () => handOver(peer, graph, plainSpecimens, overGraph));
  it("writes over EWS what the client reads", () => handOver(ews, peer, plainSpecimens, overEws));
  it("writes over Graph what the client reads", () => handOver(graph, peer, plainSpecimens, overGraph));

  describe.skipIf(!hasContracts)(ewsContractTitle, () => {
    it("all of it, both ways, is valid", async () => {
      expect(traffic.filter(({ protocol }) => protocol === "ews").length).toBeGreaterThan(40);
      expect(await trafficFindings(traffic)).toEqual([]);
    }, 60_000);
  });
});
