"""One round of mail and calendar programs' protocols against DavMail, which speaks EWS to a sandbox. Prints JSON."""

import http.client
import imaplib
import json
import smtplib
import sys
import time
from base64 import b64encode
from email.message import EmailMessage

imap_port, smtp_port, caldav_port, address, password = sys.argv[1:6]
report = {}


def connect():
    deadline = time.time() + 60
    while True:
        try:
            return imaplib.IMAP4("127.0.0.1", int(imap_port))
        except OSError:
            if time.time() > deadline:
                raise
            time.sleep(0.5)


def ok(answer):
    status, data = answer
    if status != "OK":
        raise RuntimeError("%r" % (answer,))
    return data


imap = connect()
ok(imap.login(address, password))
report["folders"] = sorted(line.decode().rsplit(' "/" ', 1)[1].strip('"') for line in ok(imap.list()))
report["inbox"] = int(ok(imap.select("INBOX"))[0])
numbers = ok(imap.search(None, "ALL"))[0].split()
report["subjects"] = []
for number in numbers:
    head = ok(imap.fetch(number, "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])"))[0][1]
    report["subjects"].append(head.decode().strip())
found = ok(imap.search(None, "SUBJECT", "Invoice"))[0].split()
report["found"] = len(found)
report["whole"] = [ok(imap.fetch(number, "(RFC822)"))[0][1].decode() for number in found][0]
report["unseen_before"] = len(ok(imap.search(None, "UNSEEN"))[0].split())
ok(imap.store(found[0], "+FLAGS", "\\Flagged"))
report["flagged"] = len(ok(imap.search(None, "FLAGGED"))[0].split())
ok(imap.create("Filed"))
ok(imap.copy(found[0], "Filed"))
ok(imap.append("Filed", "(\\Seen)", imaplib.Time2Internaldate(time.time()), b"From: a@x.example\r\nTo: b@x.example\r\nSubject: appended\r\n\r\nappended body\r\n"))
report["filed"] = int(ok(imap.select("Filed"))[0])
ok(imap.store("1", "+FLAGS", "\\Deleted"))
ok(imap.expunge())
report["after_expunge"] = int(ok(imap.select("Filed"))[0])

message = EmailMessage()
message["From"] = address
message["To"] = "bob@sandbox.example"
message["Subject"] = "through DavMail: Grüße"
message.set_content("sent by SMTP")
with smtplib.SMTP("127.0.0.1", int(smtp_port)) as smtp:
    smtp.login(address, password)
    smtp.send_message(message)
time.sleep(1)
report["sent"] = int(ok(imap.select("Sent"))[0])
imap.logout()


def dav(method, path, body="", headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", int(caldav_port), timeout=60)
    login = b64encode(("%s:%s" % (address, password)).encode()).decode()
    connection.request(method, path, body.encode(), {"Authorization": "Basic " + login, "Content-Type": "text/xml", "Depth": "1", **(headers or {})})
    response = connection.getresponse()
    return response.status, response.read().decode()


calendar = "/users/%s/calendar/" % address
report["propfind"], text = dav(
    "PROPFIND",
    calendar,
    '<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"><D:prop><D:displayname/><D:resourcetype/><CS:getctag/><D:getetag/></D:prop></D:propfind>',
)
report["events"] = text.count(".EML")
report["report"], text = dav(
    "REPORT",
    calendar,
    '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>',
)
report["calendar"] = text
print(json.dumps(report))
