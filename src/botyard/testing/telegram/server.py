"""The server: chats in memory, updates for one poller, and hands for a test to act as a person.

A test holds a `FakeTelegram`, writes and presses buttons as a user, and reads what the bot answered.
"""

import asyncio
import itertools
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from botyard.testing.telegram import checks
from botyard.testing.telegram.checks import BadRequestError

TOKEN = "123456:fake-token-for-tests"  # noqa: S105  (opens nothing)
BOT = {"id": 123456, "is_bot": True, "first_name": "Botyard", "username": "botyard_test_bot"}
WAIT_SECONDS = 30.0


@dataclass
class Sent:
    """One message of the bot, as a person sees it now."""

    chat: int
    number: int
    kind: str  # text, photo or document
    text: str
    buttons: list[dict[str, str]] = field(default_factory=list)
    data: bytes = b""
    name: str = ""
    edits: int = 0


class FakeTelegram:
    """A Bot API server in a thread. Use it as a context; `url` goes where https://api.telegram.org stands."""

    def __init__(self, *, flood: int = 0) -> None:
        self.sent: list[Sent] = []
        self.calls: list[str] = []
        self.answered: list[str] = []  # callback ids
        self.flooded = 0
        self.webhook = ""
        self._flood = flood  # refuse so many of the next messages with 429
        self._all: list[dict[str, Any]] = []
        self._updates: list[dict[str, Any]] = []
        self._numbers = itertools.count(1)
        self._update_ids = itertools.count(time.time_ns() // 1_000_000)  # new ones for each server
        self._lock = threading.Condition()
        self._polls = 0
        self.has_rival = False  # somebody else polls with the same token
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def say(self, text: str, *, user: int = 1, at: float | None = None) -> int:
        """Write to the bot as a person; return the update's id."""
        message = {
            "message_id": next(self._numbers),
            "date": int(time.time() if at is None else at),
            "chat": {"id": user, "type": "private", "first_name": "P"},
            "from": {"id": user, "is_bot": False, "first_name": "P"},
            "text": text,
        }
        return self._put({"message": message})

    def press(self, message: Sent, label: str, *, user: int = 1) -> int:
        """Press the button that starts with `label`; return the update's id."""
        button = next(b for b in message.buttons if b["text"].startswith(label))
        query = {
            "id": f"q{next(self._numbers)}",
            "from": {"id": user, "is_bot": False, "first_name": "P"},
            "chat_instance": "1",
            "data": button["callback_data"],
            "message": {
                "message_id": message.number,
                "date": int(time.time()),
                "chat": {"id": message.chat, "type": "private", "first_name": "P"},
                "from": BOT,
                "text": message.text or "-",
            },
        }
        return self._put({"callback_query": query})

    def update(self, update_id: int) -> dict[str, Any]:
        """Return an update as it went out, for a replay through the webhook."""
        return next(u for u in self._all if u["update_id"] == update_id)

    def refuse_next(self, count: int) -> None:
        """Answer the next messages with 429."""
        self._flood = count

    def wait_for(self, wanted: Callable[[Sent], bool], *, seconds: float = WAIT_SECONDS, after: int = 0) -> Sent:
        """Return the first message after number `after` that fits, as soon as it is there.

        Raises: AssertionError with all that was said when none comes in time.
        """
        until = time.monotonic() + seconds
        with self._lock:
            while True:
                for message in self.sent:
                    if message.number > after and wanted(message):
                        return message
                left = until - time.monotonic()
                if left <= 0:
                    said = "\n---\n".join(f"[{m.kind}] {m.text}" for m in self.sent)
                    raise AssertionError(f"no such message in {seconds} s; said was:\n{said}")
                self._lock.wait(left)

    def drained(self, *, seconds: float = WAIT_SECONDS) -> bool:
        """Wait until the bot has taken every update."""
        until = time.monotonic() + seconds
        with self._lock:
            while self._updates and time.monotonic() < until:
                self._lock.wait(0.05)
            return not self._updates

    def _put(self, update: dict[str, Any]) -> int:
        number = next(self._update_ids)
        with self._lock:
            self._all.append({"update_id": number, **update})
            self._updates.append(self._all[-1])
            self._lock.notify_all()
        return number

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application(client_max_size=100 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        runner = web.AppRunner(app, access_log=None)
        self._loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, "127.0.0.1", 0)
        self._loop.run_until_complete(site.start())
        server: Any = site._server  # noqa: SLF001  (the only way to learn the port)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _handle(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return _error(401, "Unauthorized")
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls.append(method)
        handler = getattr(self, f"_on_{method.lower()}", None)
        if handler is None:
            return _error(404, "Not Found")
        try:
            result = handler(arguments)
            if asyncio.iscoroutine(result):
                result = await result
        except BadRequestError as e:
            return _error(400, f"Bad Request: {e}")
        if isinstance(result, web.Response):
            return result
        return web.json_response({"ok": True, "result": result})

    def _on_getme(self, _: dict[str, Any]) -> dict[str, Any]:
        return BOT

    def _on_setmycommands(self, a: dict[str, Any]) -> bool:
        for command in json.loads(a["commands"]):
            if not (1 <= len(command["command"]) <= 32 and 1 <= len(command["description"]) <= 256):
                raise BadRequestError("BOT_COMMAND_INVALID")
        return True

    def _on_deletewebhook(self, _: dict[str, Any]) -> bool:
        self.webhook = ""
        return True

    def _on_setwebhook(self, a: dict[str, Any]) -> bool:
        self.webhook = str(a["url"])
        return True

    def _on_getwebhookinfo(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": len(self._updates)}

    async def _on_getupdates(self, a: dict[str, Any]) -> Any:
        conflict = _error(409, "Conflict: terminated by other getUpdates request; make sure that only one runs")
        if self.webhook:
            return conflict
        offset = int(a.get("offset", 0))
        until = time.monotonic() + min(float(a.get("timeout", 0)), 5.0)
        self._polls += 1
        mine = self._polls
        while True:
            if self.has_rival or self._polls != mine:
                return conflict  # the newer of two polls goes on
            with self._lock:
                self._updates = [u for u in self._updates if u["update_id"] >= offset]
                found = self._updates[: int(a.get("limit", 100))]
                self._lock.notify_all()
            if found or time.monotonic() >= until:
                return found
            await asyncio.sleep(0.02)

    def _on_sendmessage(self, a: dict[str, Any]) -> Any:
        text = checks.check_text(str(a.get("text", "")), a.get("parse_mode"))
        return self._add(a, "text", text)

    def _on_sendphoto(self, a: dict[str, Any]) -> Any:
        name, data = a["photo"]
        checks.check_photo(data)
        return self._add(a, "photo", checks.check_caption(a.get("caption", ""), a.get("parse_mode")), name, data)

    def _on_senddocument(self, a: dict[str, Any]) -> Any:
        name, data = a["document"]
        checks.check_document(data)
        return self._add(a, "document", checks.check_caption(a.get("caption", ""), a.get("parse_mode")), name, data)

    def _on_sendchataction(self, _: dict[str, Any]) -> bool:
        return True

    def _on_editmessagetext(self, a: dict[str, Any]) -> Any:
        text = checks.check_text(str(a.get("text", "")), a.get("parse_mode"))
        buttons = checks.check_buttons(json.loads(a.get("reply_markup") or "{}"))
        message = self._message(a)
        if message.text == text and message.buttons == buttons:
            raise BadRequestError(
                "message is not modified: specified new message content and reply markup are exactly the same"
            )
        return self._change(message, text, buttons)

    def _on_editmessagereplymarkup(self, a: dict[str, Any]) -> Any:
        buttons = checks.check_buttons(json.loads(a.get("reply_markup") or "{}"))
        message = self._message(a)
        if message.buttons == buttons:
            raise BadRequestError("message is not modified")
        return self._change(message, message.text, buttons)

    def _on_answercallbackquery(self, a: dict[str, Any]) -> bool:
        if a["callback_query_id"] in self.answered:
            raise BadRequestError("query is too old and response timeout expired or query ID is invalid")
        if len(str(a.get("text", ""))) > 200:
            raise BadRequestError("MESSAGE_TOO_LONG")
        self.answered.append(a["callback_query_id"])
        return True

    def _add(self, a: dict[str, Any], kind: str, text: str, name: str = "", data: bytes = b"") -> Any:
        if self._flood > 0:
            self._flood -= 1
            self.flooded += 1
            return _error(429, "Too Many Requests: retry after 1", retry_after=1)
        buttons = checks.check_buttons(json.loads(a.get("reply_markup") or "{}"))
        with self._lock:
            message = Sent(int(a["chat_id"]), next(self._numbers), kind, text, buttons, data, name)
            self.sent.append(message)
            self._lock.notify_all()
        return _shown(message)

    def _message(self, a: dict[str, Any]) -> Sent:
        for message in self.sent:
            if message.chat == int(a["chat_id"]) and message.number == int(a["message_id"]):
                return message
        raise BadRequestError("message to edit not found")

    def _change(self, message: Sent, text: str, buttons: list[dict[str, str]]) -> Any:
        with self._lock:
            message.text, message.buttons = text, buttons
            message.edits += 1
            self._lock.notify_all()
        return _shown(message)


def _shown(message: Sent) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "message_id": message.number,
        "date": int(time.time()),
        "chat": {"id": message.chat, "type": "private", "first_name": "P"},
        "from": BOT,
    }
    if message.kind == "text":
        shown["text"] = message.text
    return shown


async def _arguments(request: web.Request) -> dict[str, Any]:
    if not request.content_type.startswith("multipart/"):
        form = await request.post()
        return {k: v for k, v in form.items() if isinstance(v, str)}
    found: dict[str, Any] = {}
    files: dict[str, tuple[str, bytes]] = {}
    reader = await request.multipart()
    async for part in reader:
        field_name = str(getattr(part, "name", ""))
        file_name = getattr(part, "filename", None)
        data = bytes(await part.read())  # type: ignore[union-attr]  # no nested parts in the Bot API
        if file_name:
            files[field_name] = (file_name, data)
        else:
            found[field_name] = data.decode()
    for key, value in list(found.items()):
        if isinstance(value, str) and value.startswith("attach://"):
            found[key] = files[value.removeprefix("attach://")]
    return {**files, **found}


def _error(code: int, text: str, **parameters: int) -> web.Response:
    answer: dict[str, Any] = {"ok": False, "error_code": code, "description": text}
    if parameters:
        answer["parameters"] = parameters
    return web.json_response(answer, status=code)
