import { fieldOf } from "../../connectors/microsoft-exchange/ews/binding.ts";
import { ewsTables } from "../../connectors/microsoft-exchange/ews/index.ts";
import { isWrittenBy } from "./declared.ts";
import type { Impossible } from "./impossible.ts";

/** Columns that CData calls writable and Exchange has no way to write: the connector says why when they are given. */
export function unwritableInEws(): readonly Impossible[] {
  return ewsTables({ platform: "Exchange_Online" }).flatMap((table) =>
    table.columns.flatMap((column) => {
      const { write } = fieldOf(column);
      if (write?.to !== "nowhere") return [];
      const activities = (["create", "update"] as const).filter((activity) =>
        isWrittenBy(table as never, column as never, activity),
      );
      const deeds = activities.map((activity) => `${activity}:${column.name}`);
      return [{ schema: "EWS", tables: [table.name], deeds, reason: write.reason }];
    }),
  );
}
