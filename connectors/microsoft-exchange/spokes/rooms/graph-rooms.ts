import { ConnectorError } from "#spi";
import { segment } from "../../graph/mailbox.ts";
import { notARoom } from "../causes.ts";
import type { GraphWork } from "../graph-work.ts";

/** Refuses addresses that are no rooms of the organisation; a caller who may not read places is left to the server. */
export async function checkRooms(work: GraphWork, addresses: readonly string[], input: string): Promise<void> {
  for (const address of addresses) {
    try {
      await work.json({ method: "GET", path: `/places/${segment(address)}` });
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      if (error.code === "NOT_FOUND") throw notARoom(address, input);
      if (error.code !== "ACCESS_DENIED") throw error;
    }
  }
}
