"""What receives alerts in tests: a webhook and a mail server on loopback, real over the wire, which keep what came."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_string, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "T0SECRET/B0SECRET/xyzzySECRETxyzzy"


@dataclass
class Webhook:
    """A webhook; `texts` are those of the messages that it took. Until `may_answer` is set it answers nothing."""

    port: int = 0
    status: int = 200
    texts: list[str] = field(default_factory=list)
    may_answer: threading.Event = field(default_factory=threading.Event)
    came: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/services/{SECRET}"

    def taken(self) -> list[str]:
        """The messages since the last call."""
        texts, self.texts = self.texts, []
        return texts


@contextmanager
def webhook() -> Iterator[Webhook]:
    """A webhook on a free port."""
    hook = Webhook()
    hook.may_answer.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            hook.may_answer.wait(30)
            assert self.path == f"/services/{SECRET}"
            if hook.status == 200:
                hook.texts.append(found["text"])
            hook.came.set()
            self.send_response(hook.status)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hook.port = server.server_port
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield hook
        hook.may_answer.set()
        server.shutdown()


@dataclass
class Mailbox:
    """A mail server; `mails` are those that it took, `recipients` to whom each went."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=shop@example.org&to=ops@example.org"


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A mail server on a free port: as much of SMTP as a client needs that has something to send."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            recipients: list[str] = []
            self.say("220 mail")
            for raw in self.rfile:
                line = raw.decode().rstrip("\r\n")
                match line.split(" ")[0].upper():
                    case "RCPT":
                        recipients.append(line.split("<")[1].rstrip(">"))
                        self.say("250 ok")
                    case "DATA":
                        self.say("354 go on")
                        lines = iter(lambda: self.rfile.readline().decode().rstrip("\r\n"), ".")
                        found = message_from_string("\n".join(lines), policy=policy.default)
                        assert isinstance(found, EmailMessage)
                        box.mails.append(found)
                        box.recipients.append(recipients)
                        self.say("250 taken")
                    case "QUIT":
                        return self.say("221 bye")
                    case _:
                        self.say("250 ok")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield box
        server.shutdown()
