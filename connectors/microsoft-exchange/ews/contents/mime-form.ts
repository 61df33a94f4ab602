const forms: Readonly<Record<string, { readonly contentType: string; readonly extension: string }>> = {
  CalendarItem: { contentType: "text/calendar", extension: ".ics" },
  Contact: { contentType: "text/vcard", extension: ".vcf" },
};

/** What MimeContent of an item of this element is: calendar items are iCalendar and contacts vCard, all others mail. */
export const mimeForm = (itemElement: string): { readonly contentType: string; readonly extension: string } =>
  forms[itemElement] ?? { contentType: "message/rfc822", extension: ".eml" };
