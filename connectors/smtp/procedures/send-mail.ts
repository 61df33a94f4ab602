import type { Parameter, Procedure } from "#spi";

const text = (name: string, description: string, more: Partial<Parameter> = {}): Parameter => ({
  name,
  type: "string",
  required: false,
  description,
  ...more,
});

/** The one procedure: everything else an SMTP server does not know. */
export const sendMail: Procedure<"SendMail"> = {
  name: "SendMail",
  description: "Hands one mail over to the server.",
  writes: true,
  binding: "SendMail",
  inputs: [
    text("ToRecipients", "Addresses, separated by semicolons or commas; names as `Name <address>`."),
    text("CcRecipients", "Addresses of copies."),
    text("BccRecipients", "Addresses of hidden copies: in the envelope alone."),
    text("Subject", "Subject, one line."),
    text("Content", "Body."),
    text("ContentType", "Form of Content; plain text unless said otherwise.", { allowed: ["text", "html"] }),
    text("BodyType", "The same as ContentType, under the name EWS has for it.", { allowed: ["HTML", "Text"] }),
    text("FromEmail", "Address the mail comes from. Left out: the account's From, else its User."),
    text("SenderEmail", "Address that sends on behalf of FromEmail: the envelope's sender and header Sender."),
    text("ReplyTo", "Addresses answers go to."),
    text("Importance", "Importance.", { allowed: ["Low", "Normal", "High"] }),
    {
      ...text("Headers", 'Further headers as an object, such as {"X-Ticket": "4711"}.'),
      type: "json",
    },
    {
      ...text(
        "Attachments",
        'Files: a list of {"Name", "Content" (base64), "ContentType"?, "ContentId"?}, or text as name,base64; name,base64 or @path.',
      ),
      type: "json",
      orText: true,
    },
    text("AttachmentName", "Name of a single attachment, under EWS's name."),
    text("AttachmentContent", "Base64 content of a single attachment, under EWS's name."),
    text("FileName", "Name of a single attachment."),
    text("LocalFile", "Path of a single attachment, under a folder the owner of the service allows."),
    text("ContentBytes", "Base64 content of a single attachment."),
    { ...text("ContentStream", "Content of a single attachment, in base64."), type: "binary" },
  ],
  outputs: [
    text("MessageId", "Message-ID of the mail."),
    { ...text("Accepted", "Addresses the server took, as a list."), type: "json" },
    {
      ...text("Rejected", "Addresses the server refused, as a list of {Address, Code, EnhancedCode, Detail}."),
      type: "json",
    },
    text("Response", "The server's answer to the mail."),
  ],
};
