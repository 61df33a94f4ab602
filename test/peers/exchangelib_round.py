"""One round of exchangelib against a sandbox: folders, 200 messages, and one item of each kind with a value in every
writable field. Prints one JSON object; any difference between what was written and what is read back is an error."""

import datetime
import json
import random
import string
import sys
from decimal import Decimal

from exchangelib import (
    BASIC,
    DELEGATE,
    IMPERSONATION,
    Account,
    Configuration,
    Credentials,
    EWSDate,
    EWSDateTime,
    EWSTimeZone,
    HTMLBody,
    Mailbox,
    UTC,
    Version,
)
from exchangelib import fields as f
from exchangelib.attachments import FileAttachment, ItemAttachment
from exchangelib.indexed_properties import EmailAddress, PhoneNumber, PhysicalAddress
from exchangelib.items import CalendarItem, Contact, Message, Task
from exchangelib.properties import Attendee
from exchangelib.recurrence import Recurrence, TaskRecurrence
from exchangelib.version import EXCHANGE_2016

url, address, password = sys.argv[1:4]
report = {"errors": []}
rng = random.Random(4711)
berlin = EWSTimeZone("Europe/Berlin")


def account(user, primary=None, access_type=DELEGATE):
    config = Configuration(
        service_endpoint=url,
        credentials=Credentials(user, password),
        auth_type=BASIC,
        version=Version(EXCHANGE_2016),
    )
    return Account(primary or user, config=config, autodiscover=False, access_type=access_type, default_timezone=UTC)


def word(length=12):
    letters = string.ascii_letters + "äöüß€&<>\"' "
    return (rng.choice(string.ascii_letters) + "".join(rng.choice(letters) for _ in range(length - 2)) + "z")


def when(days=0):
    return EWSDateTime(2031, 3, 14, 15, 9, 26, tzinfo=UTC) + datetime.timedelta(days=days)


def value_for(field):
    """A value for one field, by the kind of field; None leaves it out."""
    special = {
        "mileage": "123 km",
        "percent_complete": Decimal(40),
        "status": "InProgress",
        "categories": ["Red", "Grün & Blau"],
        "children": ["Ann", "Ben"],
        "companies": ["One Ltd", "Two <GmbH>"],
        "contacts": ["Carla", "David"],
        "culture": "de-DE",
        "reminder_minutes_before_start": 25,
        "conference_type": None,
        "uid": None,
        "mime_content": None,
        "attachments": None,
        "recurrence": None,
        "text_body": None,
    }
    if field.name in special:
        return special[field.name]
    if isinstance(field, f.ChoiceField):
        return rng.choice(list(field.supported_choices(version=Version(EXCHANGE_2016))))
    if isinstance(field, f.BodyField):
        return HTMLBody("<html><body>" + "Grüße &amp; mehr" + "</body></html>")
    if isinstance(field, f.DateTimeBackedDateField):
        return EWSDate(1984, 5, 17)
    if isinstance(field, (f.DateTimeField, f.DateOrDateTimeField)):
        return when()
    if isinstance(field, f.BooleanField):
        return not field.default
    if isinstance(field, f.URIField):
        return "http://%s.example/path?x=1" % "".join(rng.choice(string.ascii_lowercase) for _ in range(8))
    if isinstance(field, f.EmailAddressesField):
        return [EmailAddress(label=label, email="%s@x.example" % label.lower()) for label in ("EmailAddress1", "EmailAddress2", "EmailAddress3")]
    if isinstance(field, f.PhoneNumberField):
        labels = sorted(PhoneNumber.get_field_by_fieldname("label").supported_choices(version=Version(EXCHANGE_2016)))
        return [PhoneNumber(label=label, phone_number="+49 %d" % i) for i, label in enumerate(labels)]
    if isinstance(field, f.PhysicalAddressField):
        return [PhysicalAddress(label=label, street=word(), city=word(), state=word(), country=word(), zipcode="12345") for label in ("Business", "Home", "Other")]
    if isinstance(field, f.AttendeesField):
        return [Attendee(mailbox=Mailbox(email_address="%s@else.example" % field.name, name="An attendee", mailbox_type="OneOff"), response_type="Unknown")]
    if isinstance(field, f.MailboxListField):
        return [Mailbox(email_address="%s@else.example" % field.name, name="Some one", mailbox_type="OneOff")]
    if isinstance(field, f.MailboxField):
        return Mailbox(email_address=address, name="Alice Archer", mailbox_type="Mailbox")
    if isinstance(field, f.IntegerField):
        return rng.randint(1, 200)
    if isinstance(field, (f.CharListField, f.TextListField)):
        return [word(), word()]
    if isinstance(field, f.TextField):
        return word(40)
    return None


def filled(cls, folder, **given):
    values = {}
    for field in cls.FIELDS:
        if field.is_read_only or not field.supports_version(Version(EXCHANGE_2016)) or field.name.startswith("_"):
            continue
        value = given.get(field.name, value_for(field))
        if value is not None:
            values[field.name] = value
    values.update(given)
    return cls(account=folder.account, folder=folder, **values)


def plain(value):
    if isinstance(value, (list, tuple)):
        return sorted(repr(one) for one in value) or None
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    return repr(value)


def compare(label, wrote, read, skip=()):
    for field in type(wrote).FIELDS:
        if field.is_read_only or field.name.startswith("_") or field.name in skip:
            continue
        one, other = getattr(wrote, field.name), getattr(read, field.name)
        if one is None:
            continue
        if plain(one) != plain(other):
            report["errors"].append("%s.%s: wrote %r, read %r" % (label, field.name, one, other))


def expect(label, truth, detail=""):
    if not truth:
        report["errors"].append("%s %s" % (label, detail))


def round_of(label, item, folder, changes, skip=()):
    item.save()
    read = folder.get(id=item.id)
    compare(label, item, read, skip)
    for name, value in changes.items():
        setattr(read, name, value)
    read.save(update_fields=list(changes))
    again = folder.get(id=item.id)
    for name, value in changes.items():
        expect(label, plain(getattr(again, name)) == plain(value), "update of %s: %r" % (name, getattr(again, name)))
    expect(label, again.changekey != item.changekey or not changes, "kept its change key")
    again.delete()
    expect(label, not folder.filter(subject=again.subject).exists(), "is still there after delete")


alice = account(address)
report["folders"] = [one.name for one in alice.root.walk()]
expect("folders", "Inbox" in report["folders"])
expect("tree", alice.inbox.parent == alice.msg_folder_root)

# 200 messages, queried, sorted, counted, updated and deleted
from exchangelib.folders import Messages

work = Messages(parent=alice.inbox, name="exchangelib")
work.save()
batch = [
    Message(account=alice, folder=work, subject="message %03d" % n, body="body %d" % n, importance="High" if n % 2 else "Low",
            to_recipients=[Mailbox(email_address="bob@sandbox.example")])
    for n in range(200)
]
made = alice.bulk_create(folder=work, items=batch)
report["created"] = len(made)
work.refresh()
expect("count", work.total_count == 200, "%r" % work.total_count)
expect("filter", work.filter(importance="High").count() == 100)
expect("contains", work.filter(subject__contains="message 05").count() == 10)
expect("order", [m.subject for m in work.all().order_by("-subject")[:3]] == ["message 199", "message 198", "message 197"])
expect("only", list(work.filter(subject="message 007").values_list("subject", "importance")) == [("message 007", "High")])
first = work.get(subject="message 000")
expect("body", first.body == "body 0", "%r" % first.body)
expect("recipients", [m.email_address for m in first.to_recipients] == ["bob@sandbox.example"])
updated = alice.bulk_update([(m, ("subject",)) for m in [setattr(m, "subject", "changed") or m for m in work.filter(importance="Low").only("subject", "changekey")]])
report["updated"] = len(updated)
expect("updated", work.filter(subject="changed").count() == 100)
moved = alice.bulk_move(ids=work.filter(subject="changed"), to_folder=alice.trash)
expect("moved", len(moved) == 100)
work.all().delete()
expect("emptied", work.all().count() == 0)

# every writable field of every kind
round_of(
    "message",
    filled(Message, alice.drafts),
    alice.drafts,
    {"subject": "ganz neu & <anders>", "importance": "Low", "categories": ["Only"], "body": "text now"},
)
round_of(
    "event",
    filled(
        CalendarItem, alice.calendar, start=when(), end=when(1), is_all_day=False, is_response_requested=True,
        recurrence=None, conference_type=None,
    ),
    alice.calendar,
    {"subject": "moved", "location": "elsewhere", "start": when(1), "end": when(2)},
    skip=("reminder_due_by",),
)
series = CalendarItem(
    account=alice, folder=alice.calendar, subject="series", start=EWSDateTime(2031, 5, 5, 9, tzinfo=berlin), end=EWSDateTime(2031, 5, 5, 10, tzinfo=berlin),
    recurrence=Recurrence(pattern=__import__("exchangelib.recurrence", fromlist=["x"]).WeeklyPattern(interval=1, weekdays=[1, 3]), start=EWSDate(2031, 5, 5), number=6),
)
series.save()
seen = list(alice.calendar.view(start=EWSDateTime(2031, 5, 1, tzinfo=berlin), end=EWSDateTime(2031, 6, 1, tzinfo=berlin)))
report["occurrences"] = [str(one.start) for one in seen if one.subject == "series"]
expect("series", len(report["occurrences"]) == 6, "%r" % report["occurrences"])
whole_day = CalendarItem(account=alice, folder=alice.calendar, subject="day", start=EWSDate(2031, 7, 1), end=EWSDate(2031, 7, 1), is_all_day=True)
whole_day.save()
back = alice.calendar.get(subject="day")
expect("all-day", back.start == EWSDate(2031, 7, 1) and back.end == EWSDate(2031, 7, 1), "%r %r" % (back.start, back.end))
round_of(
    "contact",
    filled(Contact, alice.contacts, file_as_mapping="None"),
    alice.contacts,
    {"job_title": "Boss", "children": ["Only"], "email_addresses": [EmailAddress(label="EmailAddress1", email="new@x.example")]},
    skip=("reminder_due_by",),
)
round_of(
    "task",
    filled(Task, alice.tasks, start_date=EWSDate(2031, 1, 1), due_date=EWSDate(2031, 2, 2), complete_date=None),
    alice.tasks,
    {"percent_complete": Decimal(75), "due_date": EWSDate(2031, 3, 3)},
    skip=(),
)

# attachments
carrier = Message(account=alice, folder=alice.drafts, subject="carrier")
carrier.attach(FileAttachment(name="a.bin", content=bytes(range(256))))
carrier.attach(ItemAttachment(name="inner", item=Message(folder=alice.drafts, account=alice, subject="inside", body="inner body")))
carrier.save()
got = alice.drafts.get(subject="carrier")
by_name = {one.name: one for one in got.attachments}
expect("file attachment", by_name["a.bin"].content == bytes(range(256)))
expect("item attachment", by_name["inner"].item.subject == "inside")
got.detach(by_name["a.bin"])
expect("detached", [one.name for one in alice.drafts.get(subject="carrier").attachments] == ["inner"])

# sending, impersonation, other services
Message(account=alice, subject="sent off", body="hi", to_recipients=["bob@sandbox.example"]).send_and_save()
bob = account("svc@sandbox.example", "bob@sandbox.example", IMPERSONATION)
arrived = bob.inbox.get(subject="sent off")
expect("arrived", arrived.sender.email_address == address and not arrived.is_read)
arrived.reply(subject="RE: sent off", body="got it")
expect("answered", alice.inbox.filter(subject="RE: sent off").count() == 1)
expect("sent copy", alice.sent.filter(subject="sent off").count() == 1)
report["resolved"] = [one.email_address for one in alice.protocol.resolve_names(["alice"])]
report["rooms"] = [room.email_address for lst in alice.protocol.get_roomlists() for room in alice.protocol.get_rooms(lst.email_address)]
zones = list(alice.protocol.get_timezones(timezones=[berlin], return_full_timezone_data=True))
expect("zones", len(zones) == 1)
start = EWSDateTime(2031, 5, 5, tzinfo=berlin)
busy = list(alice.protocol.get_free_busy_info(accounts=[(alice, "Organizer", False)], start=start, end=start + datetime.timedelta(days=1)))
subjects = [event.details.subject for event in busy[0].calendar_events or []]
expect("free/busy", "series" in subjects, "%r" % subjects)
expect("oof", alice.oof_settings.state == "Disabled")
state_folder = alice.drafts
changes = list(state_folder.sync_items(only_fields=["subject"]))
expect("sync", len(changes) > 0)
expect("no more changes", list(state_folder.sync_items(only_fields=["subject"])) == [])
with alice.inbox.pull_subscription() as (subscription, watermark):
    Message(account=alice, folder=alice.inbox, subject="noticed").save()
    events = [event for notification in alice.inbox.get_events(subscription, watermark) for event in notification.events]
    expect("events", any(type(event).__name__ == "CreatedEvent" for event in events), "%r" % events)

# without a hint exchangelib guesses the version first
guess = Configuration(service_endpoint=url, credentials=Credentials(address, password), auth_type=BASIC)
report["version"] = str(Account(address, config=guess, autodiscover=False, access_type=DELEGATE).version.build)

print(json.dumps(report))
