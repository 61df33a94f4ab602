import type { Mailbox } from "../../mailboxes/index.ts";
import type { EwsCall, Operation } from "../call.ts";
import { printDate } from "../dates.ts";
import { childOf, childrenOf, childText, m, t, type XmlElement } from "../xml.ts";

const largestMessageBytes = 36_700_160;

/** GetMailTips: what a sender should know of recipients. */
export const getMailTips: Operation = (call) => {
  const recipients = childrenOf(childOf(call.request, "Recipients"));
  return m(
    "GetMailTipsResponse",
    { ResponseClass: "Success" },
    m("ResponseCode", "NoError"),
    m(
      "ResponseMessages",
      recipients.map((recipient) =>
        m(
          "MailTipsResponseMessageType",
          { ResponseClass: "Success" },
          m("ResponseCode", "NoError"),
          tipsOf(call, childText(recipient, "EmailAddress") ?? ""),
        ),
      ),
    ),
  );
};

function tipsOf({ organisation }: EwsCall, address: string): XmlElement {
  const mailbox = organisation.mailbox(address);
  return m(
    "MailTips",
    t("RecipientAddress", t("EmailAddress", address), t("RoutingType", "SMTP")),
    t("PendingMailTips"),
    mailbox === undefined ? undefined : away(mailbox),
    t("MailboxFull", "false"),
    t("MaxMessageSize", String(largestMessageBytes)),
    t("DeliveryRestricted", "false"),
    t("InvalidRecipient", String(mailbox === undefined && organisation.isLocal(address))),
  );
}

/** The reply within the organisation; an empty body when none is sent. */
function away({ oof }: Mailbox): XmlElement {
  const { start, end } = oof;
  const isOn = oof.state !== "disabled";
  return t(
    "OutOfOffice",
    t("ReplyBody", { "xml:lang": "en-US" }, t("Message", isOn ? oof.internalReply : "")),
    isOn && start && end ? t("Duration", t("StartTime", printDate(start)), t("EndTime", printDate(end))) : undefined,
  );
}
