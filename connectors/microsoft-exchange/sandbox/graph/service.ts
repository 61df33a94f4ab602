import type { HttpAnswer, HttpRequest } from "../http.ts";
import type { Identity } from "../identity/identity.ts";
import type { Item, Organisation } from "../mailboxes/index.ts";
import type { DirectoryExtras } from "./directory-extras.ts";
import type { MailboxExtras } from "./mailbox-extras.ts";
import type { Shape } from "./shape.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { UploadSession } from "./uploads.ts";

/** A fault switch for the steps of a batch; whole requests are spoilt before they come here. */
export type GraphFault = (request: HttpRequest) => Promise<HttpAnswer | undefined> | HttpAnswer | undefined;

/** Everything the Graph face works on. */
export type GraphService = {
  readonly organisation: Organisation;
  readonly identity: Identity;
  /** What Graph keeps of a mailbox besides its items: calendar groups, categories, regional settings. */
  readonly mailboxes: MailboxExtras;
  /** What Graph keeps of users and groups besides the accounts. */
  readonly directory: DirectoryExtras;
  readonly uploads: Map<string, UploadSession>;
  /** Finished reports by the token in their address. */
  readonly downloads: Map<string, string>;
  readonly subscriptions: Subscriptions;
  /** How an item is shown, by its kind. */
  readonly shapeOf: (item: Item) => Shape<Item>;
  readonly stepFault?: GraphFault;
};
