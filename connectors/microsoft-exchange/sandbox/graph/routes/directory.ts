import { randomUUID } from "node:crypto";
import { type Account, type DirectoryList, guidOf } from "../../mailboxes/index.ts";
import { type GraphCall, type GraphResult, jsonBody, noContent } from "../call.ts";
import { answerCollection, answerCount, answerEntity, answerPage, DIRECTORY_PAGES } from "../collection.ts";
import type { Group } from "../directory-extras.ts";
import { groupShape, groupsOf } from "../entities/group.ts";
import { roomListShape, roomShape } from "../entities/place.ts";
import { applyUser, findPerson, type Person, peopleOf, SINGLE_USER_ONLY, userShape } from "../entities/user.ts";
import { GraphError, resourceNotFound } from "../errors.ts";
import type { FilterNode } from "../odata/filter-tree.ts";
import { checkEntity, type JsonObject } from "../schema/validate-body.ts";
import { applyQuery } from "../shape.ts";
import { textOf } from "../values.ts";
import { type Route, routes } from "./route.ts";

/** Requests for users, groups and places. */
export const directoryRoutes: readonly Route[] = [
  ...routes("users.read", "users.write", {
    "GET users": (call) => listUsers(call),
    "GET users/$count": (call) => answerCount(userShape, peopleOf(call), call),
    "POST users": (call) => createUser(call),
    "GET ": (call) => answerEntity(userShape, ownerOf(call), call),
    "PATCH ": (call) => updateUser(call),
    "DELETE ": (call) => deleteUser(call),
    "GET manager": () => {
      throw resourceNotFound("manager");
    },
    "GET directReports": (call) => answerPage(userShape, [], call, DIRECTORY_PAGES),
  }),
  ...routes("groups.read", "groups.write", {
    "GET groups": (call) => listGroups(call),
    "GET groups/$count": (call) => answerCount(groupShape, groupsOf(call), call),
    "POST groups": (call) => createGroup(call),
    "GET groups/*": (call, id) => answerEntity(groupShape, findGroup(call, id), call),
    "PATCH groups/*": (call, id) => updateGroup(call, id),
    "DELETE groups/*": (call, id) => {
      const { lists } = call.service.organisation;
      lists.splice(lists.indexOf(findGroup(call, id).list), 1);
      return noContent;
    },
    "GET groups/*/members": (call, id) => listMembers(call, id),
    "POST groups/*/members/$ref": (call, id) => addMember(call, id),
    "DELETE groups/*/members/*/$ref": (call, id, member) => removeMember(call, id, member),
    "GET groups/*/owners": (call, id) => {
      findGroup(call, id);
      return answerPage(userShape, [], call, DIRECTORY_PAGES);
    },
  }),
  ...routes("places.read", "places.read", {
    "GET places/microsoft.graph.room": (call) => answerCollection(roomShape, roomsOf(call), call, DIRECTORY_PAGES),
    "GET places/microsoft.graph.roomList": (call) =>
      answerCollection(roomListShape, roomListsOf(call), call, DIRECTORY_PAGES),
    "GET places/*": (call, id) => onePlace(call, id),
    "GET places/*/microsoft.graph.room": (call, id) => onePlace(call, id),
    "GET places/*/microsoft.graph.roomList": (call, id) => onePlace(call, id),
    "GET places/*/microsoft.graph.roomList/rooms": (call, id) =>
      answerCollection(roomShape, roomsIn(call, id), call, DIRECTORY_PAGES),
  }),
];

function listUsers(call: GraphCall): Promise<GraphResult> {
  checkAdvanced(call);
  const single = call.query.select?.find((name) => SINGLE_USER_ONLY.includes(name));
  if (single !== undefined) {
    throw new GraphError(501, "NotImplemented", "This operation target is not yet supported.");
  }
  return answerCollection(
    userShape,
    searched(call, peopleOf(call), (person) => [person.user.displayName, person.user.userPrincipalName]),
    call,
    DIRECTORY_PAGES,
  );
}

function listGroups(call: GraphCall): Promise<GraphResult> {
  checkAdvanced(call);
  return answerCollection(
    groupShape,
    searched(call, groupsOf(call), ({ list }) => [list.displayName, list.address]),
    call,
    DIRECTORY_PAGES,
  );
}

/** `$search="displayName:text"` of directory objects. */
function searched<T>(call: GraphCall, all: readonly T[], textsOf: (one: T) => string[]): readonly T[] {
  const { search } = call.query;
  if (search === undefined) return all;
  const wanted = /^"?(?:\w+:)?([^"]*)"?$/.exec(search)?.[1]?.toLowerCase() ?? "";
  return all.filter((one) => textsOf(one).some((text) => text.toLowerCase().includes(wanted)));
}

/** Some queries of the directory need `ConsistencyLevel: eventual` and `$count=true`. */
function checkAdvanced(call: GraphCall): void {
  const { filter, search, orderBy, count } = call.query;
  const isEventual = call.request.headers["consistencylevel"]?.toLowerCase() === "eventual";
  const isAdvanced = (filter !== undefined && needsEventual(filter)) || (filter !== undefined && orderBy.length > 0);
  if (search !== undefined && !isEventual) {
    throw new GraphError(
      400,
      "Request_UnsupportedQuery",
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    );
  }
  if (isAdvanced && !(isEventual && count)) {
    throw new GraphError(
      400,
      "Request_UnsupportedQuery",
      "Unsupported Query: the filter or sort needs the header 'ConsistencyLevel: eventual' and $count=true.",
    );
  }
}

function needsEventual(node: FilterNode): boolean {
  switch (node.kind) {
    case "and":
    case "or":
      return needsEventual(node.left) || needsEventual(node.right);
    case "not":
      return true;
    case "compare":
      return node.operator === "ne";
    case "call":
      return node.name.toLowerCase() === "endswith";
    default:
      return false;
  }
}

/** The user the path names. */
function ownerOf(call: GraphCall): Person {
  const key = call.owner?.objectId ?? call.ownerKey ?? "";
  const person = findPerson(call, key);
  if (person === undefined) throw resourceNotFound(key);
  return person;
}

function createUser(call: GraphCall): Promise<GraphResult> {
  const { organisation } = call.service;
  const body = checkEntity("user", jsonBody(call));
  for (const name of ["accountEnabled", "displayName", "mailNickname", "passwordProfile", "userPrincipalName"]) {
    if (body[name] === undefined || body[name] === null || body[name] === "") {
      throw badDirectoryRequest(`A value is required for property '${name}' of resource 'User'.`);
    }
  }
  const profile = SINGLE_USER_ONLY.find((name) => name in body);
  if (profile !== undefined) throw badDirectoryRequest(`Property '${profile}' cannot be set when a user is created.`);
  const address = String(body["userPrincipalName"]);
  if (!organisation.isLocal(address)) {
    throw badDirectoryRequest(
      "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
    );
  }
  if (findPerson(call, address) !== undefined) {
    throw badDirectoryRequest("Another object with the same value for property userPrincipalName already exists.");
  }
  const account = organisation.addAccount({ address, displayName: String(body["displayName"]) });
  applyUser(account, { ...body, createdDateTime: undefined }, call);
  call.service.directory.user(account)["createdDateTime"] = call.now.toISOString();
  return answerEntity(userShape, { user: personOf(call, account).user, account }, call, 201);
}

function updateUser(call: GraphCall): GraphResult {
  const { account } = ownerOf(call);
  const body = checkEntity("user", jsonBody(call));
  if (account === undefined) {
    throw new GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
  }
  checkAlone(body, SINGLE_USER_ONLY);
  if ("mailboxSettings" in body) throw badDirectoryRequest("Property 'mailboxSettings' is read-only.");
  applyUser(account, body, call);
  return noContent;
}

/** Some properties lie in other services and are changed in requests of their own. */
function checkAlone(body: JsonObject, members: readonly string[]): void {
  const names = Object.keys(body).filter((name) => !name.includes("@"));
  const inside = names.filter((name) => members.includes(name));
  if (inside.length === 0 || inside.length === names.length) return;
  throw badDirectoryRequest(`The property '${inside[0]}' cannot be updated together with others.`);
}

/** Properties of a group that Exchange keeps. */
const OF_EXCHANGE: readonly string[] = [
  "allowExternalSenders",
  "autoSubscribeNewMembers",
  "hideFromAddressLists",
  "hideFromOutlookClients",
  "isSubscribedByMail",
  "unseenCount",
];

function deleteUser(call: GraphCall): GraphResult {
  const { account } = ownerOf(call);
  const { accounts } = call.service.organisation;
  if (account === undefined)
    throw new GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
  accounts.splice(accounts.indexOf(account), 1);
  return noContent;
}

function personOf(call: GraphCall, account: Account): Person {
  const person = findPerson(call, account.address);
  if (person === undefined) throw resourceNotFound(account.address);
  return person;
}

function findGroup(call: GraphCall, id: string): Group {
  const group = groupsOf(call).find((one) => one.id === id.toLowerCase());
  if (group === undefined) throw resourceNotFound(id);
  return group;
}

function createGroup(call: GraphCall): Promise<GraphResult> {
  const { organisation, directory } = call.service;
  const body = checkEntity("group", jsonBody(call));
  for (const name of ["displayName", "mailEnabled", "mailNickname", "securityEnabled"]) {
    if (body[name] === undefined || body[name] === null) {
      throw badDirectoryRequest(`A value is required for property '${name}' of resource 'Group'.`);
    }
  }
  const kept = OF_EXCHANGE.find((name) => name in body);
  if (kept !== undefined) throw badDirectoryRequest(`Property '${kept}' cannot be set when a group is created.`);
  const nickname = textOf(body, "mailNickname") ?? randomUUID();
  const address = `${nickname}@${organisation.domain}`;
  if (organisation.list(address) !== undefined) {
    throw badDirectoryRequest("Another object with the same value for property mailNickname already exists.");
  }
  organisation.addList({ address, displayName: String(body["displayName"]), kind: "group", members: [] });
  const group = directory.group(organisation.list(address) as DirectoryList);
  writeGroup(group, body);
  group.properties["createdDateTime"] = call.now.toISOString();
  return answerEntity(groupShape, group, call, 201);
}

function updateGroup(call: GraphCall, id: string): GraphResult {
  const body = checkEntity("group", jsonBody(call));
  checkAlone(body, OF_EXCHANGE);
  writeGroup(findGroup(call, id), body);
  return noContent;
}

function writeGroup(group: Group, body: JsonObject): void {
  for (const [name, value] of Object.entries(body)) {
    if (name === "displayName") group.list.displayName = String(value);
    else if (!["id", "mail"].includes(name) && !name.includes("@")) group.properties[name] = value;
  }
}

async function listMembers(call: GraphCall, id: string): Promise<GraphResult> {
  const { list } = findGroup(call, id);
  const members = list.members.flatMap((address) => findPerson(call, address) ?? []);
  const typed = { ...userShape, derivedType: () => "user" };
  return answerPage(typed, applyQuery(typed, members, call, call.query), call, DIRECTORY_PAGES);
}

function addMember(call: GraphCall, id: string): GraphResult {
  const { list } = findGroup(call, id);
  const reference = textOf(jsonBody(call) as JsonObject, "@odata.id") ?? "";
  const key = decodeURIComponent(reference.split("/").at(-1) ?? "");
  const person = findPerson(call, key);
  if (person === undefined) throw resourceNotFound(key);
  if (list.members.includes(person.user.userPrincipalName)) {
    throw badDirectoryRequest(
      "One or more added object references already exist for the following modified properties: 'members'.",
    );
  }
  list.members.push(person.user.userPrincipalName);
  return noContent;
}

function removeMember(call: GraphCall, id: string, member: string): GraphResult {
  const { list } = findGroup(call, id);
  const address = findPerson(call, member)?.user.userPrincipalName ?? "";
  if (!list.members.includes(address)) throw resourceNotFound(member);
  list.members.splice(list.members.indexOf(address), 1);
  return noContent;
}

function roomsOf(call: GraphCall): Account[] {
  return call.service.organisation.accounts.filter((account) => account.kind === "room");
}

function roomListsOf(call: GraphCall): DirectoryList[] {
  return call.service.organisation.lists.filter((list) => list.kind === "roomList");
}

function findRoomList(call: GraphCall, id: string): DirectoryList | undefined {
  return roomListsOf(call).find((list) => list.address === id || guidOf(`place ${list.address}`) === id);
}

function roomsIn(call: GraphCall, id: string): Account[] {
  const list = findRoomList(call, id);
  if (list === undefined) throw resourceNotFound(id);
  return roomsOf(call).filter((room) => list.members.includes(room.address));
}

async function onePlace(call: GraphCall, id: string): Promise<GraphResult> {
  const room = roomsOf(call).find((one) => one.address === id || one.objectId === id);
  if (room !== undefined) return answerEntity({ ...roomShape, derivedType: () => "room" }, room, call);
  const list = findRoomList(call, id);
  if (list === undefined) throw resourceNotFound(id);
  return answerEntity({ ...roomListShape, derivedType: () => "roomList" }, list, call);
}

function badDirectoryRequest(message: string): GraphError {
  return new GraphError(400, "Request_BadRequest", message);
}
