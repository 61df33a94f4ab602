import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { ConfidentialClientApplication } from "@azure/msal-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alice, connectBoth, type Stand, startStand } from "../service/support/stand.ts";
import { hasEwsContract } from "./ews-contract.ts";
import { graphContractTitle, hasGraphContract } from "./graph-contract.ts";
import { graphClient } from "./interchange/graph-client-side.ts";
import { productOverEws } from "./interchange/product-ews.ts";
import { productOverGraph } from "./interchange/product-graph.ts";
import type { Side } from "./interchange/side.ts";
import { specimens } from "./interchange/specimens.ts";
import { handOver } from "./interchange/suite.ts";
import { type Exchange, recordTraffic, trafficFindings } from "./interchange/traffic.ts";

const hasContracts = hasEwsContract && hasGraphContract;

describe("the service beside microsoft-graph-client, whose token msal-node got", () => {
  let stand: Stand;
  let traffic: readonly Exchange[];
  let peer: Side;
  let ews: Side;
  let graph: Side;
  beforeAll(async () => {
    stand = await startStand({ sandbox: { empty: true } });
    traffic = recordTraffic(stand.sandbox);
    await connectBoth(stand);
    setDefaultCACertificates([...getCACertificates("default"), stand.sandbox.tls.ca]);
    peer = graphClient(stand.sandbox.description.graph, await token(), alice);
    ews = productOverEws(stand.admin, "ews");
    graph = productOverGraph(stand.admin, "graph");
  });
  afterAll(() => stand?.stop());

  async function token(): Promise<string> {
    const { authority, app } = stand.sandbox.description;
    const application = new ConfidentialClientApplication({
      auth: {
        clientId: app.clientId,
        clientSecret: app.clientSecret,
        authority: `${authority}/${app.tenant}`,
        knownAuthorities: [new URL(authority).host],
      },
    });
    const scopes = ["https://graph.microsoft.com/.default"];
    return (await application.acquireTokenByClientCredential({ scopes }))?.accessToken ?? "";
  }

  const least = { message: 12, event: 14, contact: 23, task: 9 };
  it("reads over Graph what the client wrote", () => handOver(peer, graph, specimens, least));
  it("reads over EWS what the client wrote", () => handOver(peer, ews, specimens, least));
  it("writes over Graph what the client reads", () => handOver(graph, peer, specimens, least));
  it("writes over EWS what the client reads", () => handOver(ews, peer, specimens, least));

  describe.skipIf(!hasContracts)(graphContractTitle, () => {
    it("all of it, both ways, is valid", async () => {
      expect(traffic.filter(({ protocol }) => protocol === "graph").length).toBeGreaterThan(40);
      expect(await trafficFindings(traffic)).toEqual([]);
    }, 60_000);
  });
});
