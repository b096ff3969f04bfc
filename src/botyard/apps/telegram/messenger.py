"""Sends and edits, within Telegram's limits: lengths, floods, and edits that change nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from aiogram.exceptions import TelegramBadRequest, TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup

from botyard.apps.telegram.reply import MOST_CAPTION, Reply, cut, pages

if TYPE_CHECKING:
    from aiogram import Bot

T = TypeVar("T")

GAP_SECONDS = 1.05  # between messages to one chat: Telegram asks for about one a second
TRIES = 5


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
                chat, lambda: self._bot.send_photo(chat, photo, caption=cut(reply.text, MOST_CAPTION))
            )
            return sent.message_id
        if reply.document:
            document = BufferedInputFile(reply.document, reply.name)
            sent = await self._try(
                chat, lambda: self._bot.send_document(chat, document, caption=cut(reply.text, MOST_CAPTION))
            )
            return sent.message_id
        *first, last = pages(reply)
        for page in first:
            await self._text(chat, page, None)
        return await self._text(chat, last, _keyboard(reply))

    async def edit(self, chat: int, number: int, reply: Reply) -> None:
        """Put a reply in the place of a message; one that says the same already is no error."""
        page = pages(reply)[0]
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
