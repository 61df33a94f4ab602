"""An SMTP server by aiosmtpd: prints its port, then each mail it takes as one JSON line."""

import asyncio
import base64
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

mode, certificate, key = sys.argv[1:4]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)


def tell(value):
    print(json.dumps(value), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        content = envelope.original_content
        tell(
            {
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "options": envelope.mail_options,
                "utf8": envelope.smtp_utf8,
                "content": base64.b64encode(content).decode(),
            }
        )
        return "250 2.0.0 taken"


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (
        b"alice@mail.test",
        "pässword".encode(),
    )
    return AuthResult(success=right, handled=False)


def connection():
    starts_plain = mode == "starttls"
    return SMTP(
        Handler(),
        hostname="mail.test",
        data_size_limit=2_000_000,
        enable_SMTPUTF8=True,
        tls_context=context if starts_plain else None,
        require_starttls=starts_plain,
        auth_require_tls=starts_plain,
        auth_required=True,
        authenticator=authenticate,
    )


async def serve():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        connection, "127.0.0.1", 0, ssl=context if mode == "tls" else None
    )
    tell({"port": server.sockets[0].getsockname()[1]})
    await server.serve_forever()


asyncio.run(serve())
