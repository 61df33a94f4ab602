import type { Operation } from "../call.ts";
import { type CallState, callState, readDirectMessage, throwIfError } from "../response-messages.ts";
import { element, leaf, type Xml } from "../write-xml.ts";

/** A person, room or list of the directory. */
export interface Persona {
  personaType: string | null;
  displayName: string | null;
  givenName: string | null;
  surname: string | null;
  title: string | null;
  department: string | null;
  companyName: string | null;
  emailAddress: string | null;
  relevanceScore: number | null;
}

export interface PeopleState extends CallState {
  readonly people: Persona[];
  total: number;
}

export interface FindPeopleRequest {
  /** An address list by its GUID; the whole directory without one. */
  readonly addressListId?: string;
  readonly search?: string;
  readonly offset: number;
  readonly count: number;
}

const members = [
  ["PersonaType", "personaType"],
  ["DisplayName", "displayName"],
  ["GivenName", "givenName"],
  ["Surname", "surname"],
  ["Title", "title"],
  ["CompanyName", "companyName"],
] as const;

const noPersona = (): Persona => ({
  personaType: null,
  displayName: null,
  givenName: null,
  surname: null,
  title: null,
  department: null,
  companyName: null,
  emailAddress: null,
  relevanceScore: null,
});

const field = (name: string): Xml => element("t:FieldURI", { FieldURI: `persona:${name}` });

const shape = (): Xml =>
  element(
    "m:PersonaShape",
    undefined,
    leaf("t:BaseShape", "Default"),
    element(
      "t:AdditionalProperties",
      undefined,
      members.map(([name]) => field(name)),
      field("EmailAddress"),
      field("RelevanceScore"),
    ),
  );

const last = (state: PeopleState): Persona => state.people[state.people.length - 1] as Persona;

/** FindPeople: people and rooms of the directory or of an address list; from Exchange 2013 on. */
export const findPeople = ({ addressListId, search, offset, count }: FindPeopleRequest): Operation<PeopleState> => ({
  name: "FindPeople",
  repeatable: true,
  body: element(
    "m:FindPeople",
    undefined,
    shape(),
    element("m:IndexedPageItemView", { MaxEntriesReturned: count, Offset: offset, BasePoint: "Beginning" }),
    element(
      "m:ParentFolderId",
      undefined,
      addressListId === undefined
        ? element("t:DistinguishedFolderId", { Id: "directory" })
        : element("t:AddressListId", { Id: addressListId }),
    ),
    search === undefined ? undefined : leaf("m:QueryString", search, { about: "search" }),
  ),
  start: () => ({ ...callState(), people: [], total: 0 }),
  read: (response) => {
    readDirectMessage(response);
    response.child("TotalNumberOfPeopleInView").onText((state, text) => {
      state.total = Number(text);
    });
    const persona = response.at(["People", "Persona"]);
    persona.onOpen((state) => {
      state.people.push(noPersona());
    });
    for (const [name, member] of members)
      persona.child(name).onText((state, text) => {
        last(state)[member] = text;
      });
    // No field path asks for it alone: the default shape has it.
    persona.child("Department").onText((state, text) => {
      last(state).department = text;
    });
    persona.at(["EmailAddress", "EmailAddress"]).onText((state, text) => {
      last(state).emailAddress = text;
    });
    persona.child("RelevanceScore").onText((state, text) => {
      last(state).relevanceScore = Number(text);
    });
  },
  finish: (state) => throwIfError("FindPeople", state),
});
