"""A mail server for the tests: takes every mail and writes it down, one JSON object a line.

Arguments: port, file, and for TLS a certificate and its key. Without TLS no password is asked for; with it, only
"plugins" with "pass@word" is let in.
"""

import email
import email.policy
import json
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class Box:
    def __init__(self, path, encrypted):
        self.path = path
        self.encrypted = encrypted

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        bodies = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
        written = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "id": mail["Message-ID"],
            "subject": mail["Subject"],
            "text": bodies.get("text/plain", ""),
            "html": bodies.get("text/html", ""),
            "kind": mail.get_content_type(),
            "encrypted": self.encrypted,
        }
        with open(self.path, "a", encoding="utf-8") as box:
            box.write(json.dumps(written) + "\n")
        return "250 taken"


def let_in(server, session, envelope, mechanism, auth):
    known = isinstance(auth, LoginPassword) and (auth.login, auth.password) == (b"plugins", b"pass@word")
    return AuthResult(success=known)


def main():
    port, path, *tls = sys.argv[1:]
    more = {}
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        more = {"ssl_context": context, "authenticator": let_in, "auth_required": True, "auth_require_tls": False}
    Controller(Box(path, bool(tls)), hostname="127.0.0.1", port=int(port), **more).start()
    print("ready", flush=True)
    threading.Event().wait()


main()
