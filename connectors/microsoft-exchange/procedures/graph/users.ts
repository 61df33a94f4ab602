import type { Row, Value } from "#spi";
import { member } from "../../graph/errors.ts";
import { directory, mailboxOwner } from "../../graph/mailbox.ts";
import { utcTime } from "../../graph/read-row.ts";
import { graphProcedure, instant, json, required, text } from "./procedure.ts";

const names = [
  "aboutMe",
  "birthday",
  "hireDate",
  "interests",
  "mySite",
  "pastProjects",
  "preferredName",
  "responsibilities",
  "schools",
  "skills",
] as const;

/** Profile fields of one user. */
export const fetchAdditionalUserFields = graphProcedure(
  {
    name: "FetchAdditionalUserFields",
    description: "Profile fields that Graph tells only when a single user is read.",
    writes: false,
    inputs: [text("UserId", "User asked about: object id or principal name.", required)],
    outputs: [
      text("aboutMe", "About the user."),
      instant("birthday", "Birthday."),
      instant("hireDate", "Day of hire."),
      json("interests", "Interests."),
      text("mySite", "Personal site."),
      json("pastProjects", "Past projects."),
      text("preferredName", "Preferred name."),
      json("responsibilities", "Responsibilities."),
      json("schools", "Schools."),
      json("skills", "Skills."),
    ],
    run: async ({ calls, input, signal }): Promise<Row> => {
      const { path } = mailboxOwner(calls.config, input);
      const user = await calls.json(
        {
          method: "GET",
          path: `${path}?$select=${names.join(",")}`,
          operation: "GET users item",
          mailbox: directory.mailbox,
        },
        signal,
      );
      return Object.fromEntries(names.map((name) => [name, fieldValue(name, member(user, name) ?? null)]));
    },
  },
  () => directory,
);

const fieldValue = (name: string, value: Value): Value =>
  (name === "birthday" || name === "hireDate") && typeof value === "string" ? utcTime(value) : value;
