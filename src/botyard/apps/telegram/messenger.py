"""Sends and edits, within Telegram's limits: lengths, floods, and edits that change nothing."""

import asyncio
import html
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from aiogram.exceptions import TelegramBadRequest, TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup

if TYPE_CHECKING:
    from aiogram import Bot

T = TypeVar("T")

MOST_TEXT = 4096
MOST_CAPTION = 1024
GAP_SECONDS = 1.05  # between messages to one chat: Telegram asks for about one a second
TRIES = 5


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot says: plain text, perhaps with a table, buttons (label, token), a picture or a file."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    table: str = ""  # shown below the text in a fixed width
    photo: bytes = b""
    document: bytes = b""
    name: str = ""  # of the file


class Messenger:
    """One for all chats. It waits where Telegram asks it to, and never gives up silently."""

    def __init__(self, bot: "Bot", *, gap_seconds: float = GAP_SECONDS) -> None:
        self._bot = bot
        self._gap = gap_seconds
        self._next: dict[int, float] = {}
        self._turn: dict[int, asyncio.Lock] = {}

    async def send(self, chat: int, reply: Reply) -> int:
        """Send a reply, in several messages where it is too long for one; return the last one's number."""
        if reply.photo:
            photo = BufferedInputFile(reply.photo, reply.name or "picture.png")
            sent = await self._try(
                chat, lambda: self._bot.send_photo(chat, photo, caption=_cut(reply.text, MOST_CAPTION))
            )
            return sent.message_id
        if reply.document:
            document = BufferedInputFile(reply.document, reply.name)
            sent = await self._try(
                chat, lambda: self._bot.send_document(chat, document, caption=_cut(reply.text, MOST_CAPTION))
            )
            return sent.message_id
        *first, last = _pages(reply)
        for page in first:
            await self._text(chat, page, None)
        return await self._text(chat, last, _keyboard(reply))

    async def edit(self, chat: int, number: int, reply: Reply) -> None:
        """Put a reply in the place of a message; one that says the same already is no error."""
        page = _pages(reply)[0]
        try:
            await self._try(
                chat,
                lambda: self._bot.edit_message_text(
                    page, chat_id=chat, message_id=number, parse_mode="HTML", reply_markup=_keyboard(reply)
                ),
            )
        except TelegramBadRequest as e:
            if "not modified" not in e.message and "not found" not in e.message:
                raise

    async def answer(self, callback: str, text: str = "") -> None:
        """Tell the button that it was pressed; a press that is too old is no error."""
        try:
            await self._bot.answer_callback_query(callback, text=text[:200] or None)
        except TelegramBadRequest as e:
            if "too old" not in e.message:
                raise

    async def _text(self, chat: int, page: str, keyboard: InlineKeyboardMarkup | None) -> int:
        sent = await self._try(
            chat, lambda: self._bot.send_message(chat, page, parse_mode="HTML", reply_markup=keyboard)
        )
        return sent.message_id

    async def _try(self, chat: int, call: Callable[[], Awaitable[T]]) -> T:
        async with self._turn.setdefault(chat, asyncio.Lock()):
            for attempt in range(1, TRIES + 1):
                await asyncio.sleep(max(0.0, self._next.get(chat, 0.0) - time.monotonic()))
                self._next[chat] = time.monotonic() + self._gap
                try:
                    return await call()
                except TelegramRetryAfter as e:
                    if attempt == TRIES:
                        raise
                    await asyncio.sleep(e.retry_after)
                except (TelegramNetworkError, TelegramServerError):
                    if attempt == TRIES:
                        raise
                    await asyncio.sleep(0.5 * 2**attempt)
            raise AssertionError  # every attempt returns or raises


def _keyboard(reply: Reply) -> InlineKeyboardMarkup | None:
    if not reply.buttons:
        return None
    rows = [[InlineKeyboardButton(text=label[:60], callback_data=token)] for label, token in reply.buttons]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def _pages(reply: Reply) -> list[str]:
    # markup is added page by page: a page never ends inside a tag
    pages = [html.escape(part, quote=False) for part in _split(reply.text, MOST_TEXT)]
    if reply.table:
        tables = [f"<pre>{html.escape(part, quote=False)}</pre>" for part in _split(reply.table, MOST_TEXT)]
        if len(reply.text) + len(reply.table) + 1 <= MOST_TEXT:
            return [f"{pages[0]}\n{tables[0]}"]
        pages += tables
    return pages


def _split(text: str, most: int) -> list[str]:
    # Telegram counts UTF-16 units; half of the limit is enough for a text of rare signs
    most = most if text.isascii() else most // 2
    pages = []
    while len(text) > most:
        cut = text.rfind("\n", 1, most)
        cut = cut if cut > 0 else most
        pages.append(text[:cut])
        text = text[cut:].lstrip("\n")
    return [*pages, text or "–"]


def _cut(text: str, most: int) -> str:
    most = most if text.isascii() else most // 2
    return text if len(text) <= most else text[: most - 1] + "…"
