"""Who is told of a night, by a mail server and a webhook that are really there."""

import email
import email.policy
import json
import os
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from flows.night import Order
from tests.commands import doehouse_here
from tests.houses import spend
from tests.log_folders import edit
from tests.made_once import copied
from tests.torture.folders import write_small_folder, write_small_study


class Inbox(list[str]):
    """What arrived."""


class Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as a message needs."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.inbox.append(b"".join(lines).decode())  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 well\r\n")
            if word == b"QUIT":
                return


class Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["content-length"]))
        self.server.inbox.append(content.decode())  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[tuple[int, Inbox]]:
    """Its port, and what arrives there."""
    server.inbox = inbox = Inbox()  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], inbox
    server.shutdown()
    server.server_close()


@pytest.fixture
def place() -> Iterator[tuple[str, list[Inbox]]]:
    """Two addresses that a message can be sent to, with a blank between them, and what arrives there."""
    with (
        serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)) as (mail, letters),
        serving(HTTPServer(("127.0.0.1", 0), Hook)) as (hook, calls),
    ):
        by_mail = f"mailto://127.0.0.1:{mail}?from=house@lab.example&to=me@lab.example&mode=insecure"
        yield f"{by_mail} json://127.0.0.1:{hook}/", [letters, calls]


@pytest.fixture
def order(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Order:
    return copied(tmp_path_factory, "notice", first_night, tmp_path)


def first_night(place: Path) -> Order:
    order = Order(place / "logs", place / "studies", place / "house")
    write_small_study(order.studies)
    for run in range(1, 5):
        for replicate in "ab":
            write_small_folder(order.logs, f"{run}_{replicate}", (50, 60, 70 + run))
    spend(order)
    return order


def night(order: Order, address: str) -> int:
    words = ["--logs", order.logs, "--studies", order.studies, "--house", order.house]
    ended = doehouse_here("night", *words, env=os.environ | {"DOEHOUSE_NOTIFY": address})
    assert "Traceback" not in ended.stderr
    return ended.returncode


def told(inbox: Inbox) -> str:
    """Title and text of the only message."""
    (message,) = inbox
    inbox.clear()
    if message.startswith("{"):
        fields = json.loads(message)
        return f"{fields['title']}\n{fields['message']}"
    read = email.message_from_string(message, policy=email.policy.default)
    body = read.get_body(("plain", "html"))
    assert body
    return f"{read['subject']}\n{body.get_content()}"


def test_one_message_tells_what_is_new_and_a_night_without_news_is_silent(
    order: Order, place: tuple[str, list[Inbox]]
) -> None:
    address, inboxes = place
    write_small_folder(order.logs, "1_c", (50, 60, 71))
    assert (night(order, address), inboxes) == (0, [[], []])
    edit(write_small_folder(order.logs, "1_d") / "stop.log", lambda text: text.replace("2023", "23", 1))
    assert night(order, address) == 0
    for text in map(told, inboxes):
        assert "doehouse, night 3: 1 new notice" in text and "1_d/stop.log" in text and "Pages" in text
    assert (night(order, address), inboxes) == (0, [[], []])
    write_small_folder(order.logs, "1_e", (50, 60, 71))  # what was left out before is not told again
    night(order, address)
    assert all("1_d/stop.log" not in message for inbox in inboxes for message in inbox)


def test_a_night_that_fails_is_told(order: Order, place: tuple[str, list[Inbox]]) -> None:
    address, inboxes = place
    (order.studies / "small.toml").write_text("nonsense")
    assert night(order, address) == 1
    for text in map(told, inboxes):
        assert "a night failed" in text and "small.toml" in text


def test_who_cannot_be_reached_stops_no_night(order: Order) -> None:
    (order.studies / "small.toml").write_text("nonsense")
    words = ["--logs", order.logs, "--studies", order.studies, "--house", order.house]
    for address in ("json://127.0.0.1:9/secret-token", "nonsense"):
        ended = doehouse_here("night", *words, "--notify", address)
        assert ended.returncode == 1
        assert "no message could be sent by" in ended.stderr and "secret" not in ended.stderr
