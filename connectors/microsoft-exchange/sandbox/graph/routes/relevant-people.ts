import { guidOf } from "../../mailboxes/index.ts";
import { type GraphCall, type GraphResult, mailboxOf } from "../call.ts";
import { badRequest } from "../errors.ts";
import { type Route, routes } from "./route.ts";

/** Entries of a page when nobody says how many. */
const standardPage = 10;

/** People by their relevance to a user. */
export const relevantPeopleRoutes: readonly Route[] = routes("people.read", "people.read", {
  "GET people": (call) => listPeople(call),
});

/** Those the user wrote with come first, then the rest of the organisation. */
function listPeople(call: GraphCall): GraphResult {
  const mailbox = mailboxOf(call);
  const { accounts } = call.service.organisation;
  const known = new Set(
    mailbox.folders
      .all()
      .flatMap(({ id }) => mailbox.items(id))
      .flatMap(({ from, to }) => [from, ...to].map((each) => each?.address?.toLowerCase())),
  );
  const wanted = searched(call);
  const ranked = accounts
    .filter(({ address }) => address !== mailbox.owner.address)
    .filter(({ displayName, address }) => `${displayName} ${address}`.toLowerCase().includes(wanted))
    .toSorted((one, other) => Number(known.has(other.address)) - Number(known.has(one.address)));
  const size = call.query.top ?? standardPage;
  const from = Number(call.query.skipToken ?? call.query.skip ?? 0);
  const page = ranked.slice(from, from + size).map((account, at) => ({
    id: guidOf(`person ${account.address}`),
    displayName: account.displayName,
    givenName: account.givenName ?? null,
    surname: account.surname ?? null,
    jobTitle: account.jobTitle ?? null,
    department: account.department ?? null,
    companyName: "Sandbox",
    userPrincipalName: account.address,
    scoredEmailAddresses: [
      { address: account.address, relevanceScore: 30 - from - at, selectionLikelihood: "notSpecified" },
    ],
    personType: { class: account.kind === "room" ? "Room" : "Person", subclass: "OrganizationUser" },
  }));
  const next = new URL(call.request.url);
  next.searchParams.set("$skip", String(from + size));
  return {
    status: 200,
    body: {
      "@odata.context": `${call.base}/$metadata#${call.contextPath}`,
      value: page,
      ...(from + size < ranked.length
        ? { "@odata.nextLink": `${call.base}${next.pathname.replace("/v1.0", "")}${next.search}` }
        : {}),
    },
  };
}

/** `$search` of people is one phrase in quotes. */
function searched({ query }: GraphCall): string {
  if (query.search === undefined) return "";
  const [, phrase] = /^"([^"]*)"$/.exec(query.search) ?? [];
  if (phrase === undefined) throw badRequest("The $search phrase must stand in quotes.");
  return phrase.toLowerCase();
}
