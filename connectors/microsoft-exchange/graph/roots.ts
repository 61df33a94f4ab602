import { type ConnectorError, invalidQuery } from "#spi";
import type { GraphCalls } from "./call.ts";
import { member } from "./errors.ts";
import { type Owner, segment } from "./mailbox.ts";
import { absoluteLink, LinkWatch, readPage } from "./paging.ts";
import type { AddressValues } from "./read-row.ts";
import type { GraphResource, ParentRule } from "./resource.ts";
import type { Shape } from "./shape.ts";

/** One collection to read: its path and what its rows get from the address. */
export interface Root {
  readonly path: string;
  readonly address: AddressValues;
}

/** The collections of a shape; asks Graph for parents where no condition names them. */
export async function rootsOf(
  calls: GraphCalls,
  resource: GraphResource,
  shape: Exclude<Shape, { kind: "items" | "tree" }>,
  owner: Owner,
  signal: AbortSignal,
): Promise<readonly Root[]> {
  const { parent, collection } = resource;
  if (shape.kind === "collection" || shape.kind === "single") {
    if (parent?.otherwise.kind === "required") throw parentRequired(parent);
    return [{ path: `${owner.path}/${collection}`, address: {} }];
  }
  if (parent === undefined) throw new TypeError("a shape with parents needs a parent rule");
  if (shape.kind === "parents") return shape.parents.map((id) => parentRoot(parent, owner, id));
  if (shape.kind === "default") return [await defaultRoot(calls, parent, shape.parent, collection, owner, signal)];
  const ids = await parentIds(calls, `${owner.path}/${shape.parents}`, owner, signal);
  return ids.map((id) => parentRoot(parent, owner, id));
}

export function parentRoot(parent: ParentRule, owner: Owner, id: string): Root {
  if (owner.path.startsWith("/groups/")) {
    throw invalidQuery(`${parent.column} cannot be combined with GroupId: a group has one calendar.`);
  }
  const known = parent.wellKnown?.find((name) => name === id.toLowerCase());
  // A well-known name is an address, not an id: the rows tell their folder's id themselves.
  const address = known === undefined ? { [parent.column]: id } : {};
  return { path: `${owner.path}/${parent.path(segment(known ?? id))}`, address };
}

async function defaultRoot(
  calls: GraphCalls,
  parent: ParentRule,
  name: string,
  collection: string,
  owner: Owner,
  signal: AbortSignal,
): Promise<Root> {
  const path = `${owner.path}/${name}`;
  const request = {
    method: "GET",
    path: `${path}?$select=id`,
    operation: `GET ${name}`,
    mailbox: owner.mailbox,
  } as const;
  const id = member(await calls.json(request, signal), "id");
  return { path: `${path}/${collection}`, address: { [parent.column]: id ?? null } };
}

async function parentIds(
  calls: GraphCalls,
  path: string,
  owner: Owner,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const ids: string[] = [];
  const watch = new LinkWatch();
  let link: string | undefined = `${path}?$select=id&$top=100`;
  let isFirst = true;
  while (link !== undefined) {
    const request = { method: "GET", path: link, operation: "GET parents", mailbox: owner.mailbox } as const;
    const absolute: string = isFirst ? link : absoluteLink(link, calls.config.baseUrl, request);
    watch.follow(absolute, request.operation);
    const page = await readPage(calls, { ...request, path: absolute }, signal);
    ids.push(...page.items.map((item) => member(item, "id")).filter((id) => typeof id === "string"));
    link = page.next;
    isFirst = false;
  }
  return ids;
}

function parentRequired(parent: ParentRule): ConnectorError {
  const names = [parent.column, ...(parent.alias === undefined ? [] : [parent.alias])].join(" or ");
  return invalidQuery(`The query needs a condition ${names} = … or IN (…).`, { target: parent.column });
}
