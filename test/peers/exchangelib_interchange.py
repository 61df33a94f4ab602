"""Writes or reads items by exchangelib, in words of no protocol. On standard input one JSON object:
{"write": [{"kind", "fields"}]} or {"read": [{"kind", "title"}]}; on standard output the answer as JSON."""

import base64
import datetime
import json
import sys

from exchangelib import BASIC, DELEGATE, UTC, Account, Configuration, Credentials, EWSDate, EWSDateTime, HTMLBody, Mailbox, Version
from exchangelib.attachments import FileAttachment
from exchangelib.indexed_properties import EmailAddress, PhoneNumber, PhysicalAddress
from exchangelib.items import CalendarItem, Contact, Message, Task
from exchangelib.properties import Attendee
from exchangelib.version import EXCHANGE_2016

url, address, password = sys.argv[1:4]
configuration = Configuration(service_endpoint=url, credentials=Credentials(address, password), auth_type=BASIC, version=Version(EXCHANGE_2016))
account = Account(address, config=configuration, autodiscover=False, access_type=DELEGATE, default_timezone=UTC)

KINDS = {
    "message": (Message, account.drafts),
    "event": (CalendarItem, account.calendar),
    "contact": (Contact, account.contacts),
    "task": (Task, account.tasks),
}
PLAIN = {
    "message": {
        "subject": "subject", "importance": "importance", "isRead": "is_read",
        "isReadReceiptRequested": "is_read_receipt_requested", "isDeliveryReceiptRequested": "is_delivery_receipt_requested",
    },
    "event": {
        "subject": "subject", "body": "body", "isAllDay": "is_all_day", "location": "location", "showAs": "legacy_free_busy_status",
        "importance": "importance", "isReminderSet": "reminder_is_set", "reminderMinutes": "reminder_minutes_before_start",
        "allowNewTimes": "allow_new_time_proposal",
    },
    "contact": {
        "displayName": "display_name", "givenName": "given_name", "middleName": "middle_name", "surname": "surname",
        "initials": "initials", "nickname": "nickname", "companyName": "company_name", "department": "department",
        "jobTitle": "job_title", "office": "office", "manager": "manager", "assistantName": "assistant_name",
        "profession": "profession", "spouseName": "spouse_name", "generation": "generation", "homePage": "business_homepage",
        "notes": "body", "fileAs": "file_as", "mileage": "mileage",
    },
    "task": {
        "subject": "subject", "body": "body", "importance": "importance", "status": "status", "isReminderSet": "reminder_is_set",
        "totalWork": "total_work", "actualWork": "actual_work", "billing": "billing_information", "mileage": "mileage",
    },
}
LISTS = {
    "message": {"categories": "categories"},
    "event": {"categories": "categories"},
    "contact": {"categories": "categories", "children": "children", "companies": "companies"},
    "task": {"categories": "categories", "companies": "companies", "contacts": "contacts"},
}
PEOPLE = {"to": "to_recipients", "cc": "cc_recipients", "bcc": "bcc_recipients"}
ATTENDEES = {"required": "required_attendees", "optional": "optional_attendees"}
PLACE = {"street": "street", "city": "city", "state": "state", "country": "country", "postalCode": "zipcode"}
DATES = {"contact": {"birthday": "birthday", "wedding": "wedding_anniversary"}, "task": {"startDate": "start_date", "dueDate": "due_date"}}


def mailbox(one):
    return Mailbox(name=one["name"], email_address=one["address"])


def person(one):
    return {"name": one.name, "address": one.email_address}


def moment(text):
    return EWSDateTime.from_string(text[:19] + "Z").astimezone(UTC)


def printed(value):
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def write(kind, fields):
    cls, folder = KINDS[kind]
    values = {own: fields[name] for name, own in PLAIN[kind].items()}
    values.update({own: fields[name] for name, own in LISTS[kind].items() if fields[name]})
    values.update({own: EWSDate.from_string(fields[name]) for name, own in DATES.get(kind, {}).items()})
    if kind == "message":
        values["body"] = HTMLBody(fields["body"]) if fields["bodyType"] == "html" else fields["body"]
        values.update({own: [mailbox(one) for one in fields[name]] for name, own in PEOPLE.items() if fields[name]})
    if kind == "event":
        start, end = moment(fields["start"]), moment(fields["end"])
        if fields["isAllDay"]:
            start, end = start.date(), end.date() - datetime.timedelta(days=1)
        values.update(start=start, end=end)
        values.update({own: [Attendee(mailbox=mailbox(one), response_type="Unknown") for one in fields[name]] for name, own in ATTENDEES.items() if fields[name]})
    if kind == "contact":
        values["file_as_mapping"] = "None"
        values["email_addresses"] = [EmailAddress(label="EmailAddress%d" % (at + 1), email=one) for at, one in enumerate(fields["emails"])]
        values["phone_numbers"] = [PhoneNumber(label=label, phone_number=number) for label, number in fields["phones"].items()]
        values["physical_addresses"] = [
            PhysicalAddress(label=label, **{own: place[name] for name, own in PLACE.items()}) for label, place in fields["addresses"].items()
        ]
    if kind == "task":
        from decimal import Decimal

        values["percent_complete"] = Decimal(fields["percentComplete"])
        values["reminder_due_by"] = moment(fields["reminderAt"])
    item = cls(account=account, folder=folder, **values)
    for one in fields.get("attachments", []):
        item.attach(FileAttachment(name=one["name"], content_type=one["contentType"], content=base64.b64decode(one["content"])))
    item.save()


def read(kind, title):
    _, folder = KINDS[kind]
    item = folder.get(display_name=title) if kind == "contact" else folder.get(subject=title)
    fields = {name: getattr(item, own) for name, own in PLAIN[kind].items()}
    fields.update({name: list(getattr(item, own) or []) for name, own in LISTS[kind].items()})
    for name, own in DATES.get(kind, {}).items():
        value = getattr(item, own)
        fields[name] = None if value is None else value.isoformat()
    if kind == "message":
        fields["bodyType"] = "html" if isinstance(item.body, HTMLBody) else "text"
        fields["body"] = str(item.body)
        fields.update({name: [person(one) for one in getattr(item, own) or []] for name, own in PEOPLE.items()})
        fields["attachments"] = [
            {"name": one.name, "contentType": one.content_type, "content": base64.b64encode(one.content).decode()} for one in item.attachments
        ]
    if kind == "event":
        start, end = item.start, item.end
        if item.is_all_day:
            fields["start"] = "%sT00:00:00.000Z" % start.isoformat()
            fields["end"] = "%sT00:00:00.000Z" % (end + datetime.timedelta(days=1)).isoformat()
        else:
            fields.update(start=printed(start), end=printed(end))
        fields.update({name: [person(one.mailbox) for one in getattr(item, own) or []] for name, own in ATTENDEES.items()})
    if kind == "contact":
        fields["emails"] = [one.email for one in sorted(item.email_addresses or [], key=lambda one: one.label)]
        fields["phones"] = {one.label: one.phone_number for one in item.phone_numbers or []}
        fields["commonPhones"] = {
            label: fields["phones"].get(label) for label in ("BusinessPhone", "BusinessPhone2", "HomePhone", "HomePhone2", "MobilePhone")
        }
        fields["addresses"] = {
            one.label: {name: getattr(one, own) for name, own in PLACE.items()} for one in item.physical_addresses or []
        }
    if kind == "task":
        fields["percentComplete"] = None if item.percent_complete is None else float(item.percent_complete)
        fields["reminderAt"] = None if item.reminder_due_by is None else printed(item.reminder_due_by)
    return fields


order = json.load(sys.stdin)
for one in order.get("write", []):
    write(one["kind"], one["fields"])
print(json.dumps([read(one["kind"], one["title"]) for one in order.get("read", [])]))
