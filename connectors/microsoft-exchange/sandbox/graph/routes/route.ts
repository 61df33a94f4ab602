import type { GraphCall, GraphResult } from "../call.ts";
import type { Permission } from "../permissions.ts";

/** Answers one kind of request; `ids` are the path's variable segments in order. */
export type Handler = (call: GraphCall, ...ids: string[]) => GraphResult | Promise<GraphResult>;

/** One row of the routing table: method, path below the owner (`*` is an id), permission, handler. */
export type Route = {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE" | "PUT";
  readonly path: string;
  readonly permission: Permission;
  readonly handler: Handler;
};

/** Makes rows of one permission pair: reading and writing. */
export function routes(read: Permission, write: Permission, rows: Readonly<Record<string, Handler>>): Route[] {
  return Object.entries(rows).map(([head, handler]) => {
    const [method = "GET", path = ""] = head.split(" ");
    const permission = method === "GET" ? read : write;
    return { method: method as Route["method"], path, permission, handler };
  });
}
