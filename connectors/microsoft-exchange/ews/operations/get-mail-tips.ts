import type { Operation } from "../call.ts";
import { type CallState, callState, readDirectMessage, readMessage, throwIfError } from "../response-messages.ts";
import { converter } from "../values.ts";
import { element, leaf } from "../write-xml.ts";

/** What a sender is told of a recipient. */
export interface MailTip {
  address: string | null;
  message: string | null;
  start: string | null;
  end: string | null;
  mailboxFull: boolean | null;
  maxMessageSize: number | null;
  deliveryRestricted: boolean | null;
  invalidRecipient: boolean | null;
}

export interface MailTipsState extends CallState {
  readonly tips: MailTip[];
}

const last = (state: MailTipsState): MailTip => state.tips[state.tips.length - 1] as MailTip;

/** GetMailTips: what is known of recipients before a mail is sent; from Exchange 2010 on. */
export const getMailTips = (sender: string, recipients: readonly string[]): Operation<MailTipsState> => ({
  name: "GetMailTips",
  repeatable: true,
  body: element(
    "m:GetMailTips",
    undefined,
    element("m:SendingAs", undefined, leaf("t:EmailAddress", sender, { about: "user" }), leaf("t:RoutingType", "SMTP")),
    element(
      "m:Recipients",
      undefined,
      recipients.map((each) =>
        element(
          "t:Mailbox",
          undefined,
          leaf("t:EmailAddress", each, { about: "recipients" }),
          leaf("t:RoutingType", "SMTP"),
        ),
      ),
    ),
    leaf(
      "m:MailTipsRequested",
      "OutOfOfficeMessage MailboxFullStatus MaxMessageSize DeliveryRestriction InvalidRecipient",
    ),
  ),
  start: () => ({ ...callState(), tips: [] }),
  read: (response) => {
    readDirectMessage(response);
    const messages = response.child("ResponseMessages");
    const tip = readMessage(messages, "MailTipsResponseMessageType").child("MailTips");
    tip.onOpen((state) => {
      state.tips.push({
        address: null,
        message: null,
        start: null,
        end: null,
        mailboxFull: null,
        maxMessageSize: null,
        deliveryRestricted: null,
        invalidRecipient: null,
      });
    });
    tip.at(["RecipientAddress", "EmailAddress"]).onText((state, text) => {
      last(state).address = text;
    });
    const away = tip.child("OutOfOffice");
    away.at(["ReplyBody", "Message"]).onText((state, text) => {
      last(state).message = text;
    });
    for (const [name, member] of [
      ["StartTime", "start"],
      ["EndTime", "end"],
    ] as const)
      away.at(["Duration", name]).onText((state, text) => {
        last(state)[member] = String(converter("datetime")(text));
      });
    for (const [name, member] of [
      ["MailboxFull", "mailboxFull"],
      ["DeliveryRestricted", "deliveryRestricted"],
      ["InvalidRecipient", "invalidRecipient"],
    ] as const)
      tip.child(name).onText((state, text) => {
        last(state)[member] = text === "true";
      });
    tip.child("MaxMessageSize").onText((state, text) => {
      last(state).maxMessageSize = Number(text);
    });
  },
  finish: (state) => throwIfError("GetMailTips", state),
});
