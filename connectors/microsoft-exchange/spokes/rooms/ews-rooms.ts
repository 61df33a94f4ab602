import { findPeople } from "../../ews/operations/find-people.ts";
import { notARoom } from "../causes.ts";
import type { EwsWork } from "../ews-work.ts";

/**
 * Refuses addresses the directory knows as people. Exchange tells rooms apart from 2013 on; an address the directory does
 * not show to the caller is left to the server.
 */
export async function checkRooms(work: EwsWork, addresses: readonly string[], input: string): Promise<void> {
  if (!work.knows("Exchange2013")) return;
  for (const address of addresses) {
    const { people } = await work.call(findPeople({ search: address, offset: 0, count: 10 }));
    const found = people.find(({ emailAddress }) => emailAddress?.toLowerCase() === address.toLowerCase());
    if (found !== undefined && found.personaType === "Person") throw notARoom(address, input);
  }
}
