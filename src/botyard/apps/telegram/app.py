"""Run the chat: poll for updates, answer them, carry runs out, show gates."""

import asyncio
import fcntl
import hashlib
import os
import signal
import time
from collections.abc import Coroutine, Iterator
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from botyard.apps import bots, settings
from botyard.apps.gates import open_gates
from botyard.apps.telegram import words
from botyard.apps.telegram.desk import Desk
from botyard.apps.telegram.doorman import Doorman, Heard
from botyard.apps.telegram.memory import Memory
from botyard.apps.telegram.messenger import Messenger
from botyard.apps.telegram.runs import Line
from botyard.errors import BotyardError, ConfigError, UserError

if TYPE_CHECKING:
    from aiogram import Bot

    from botyard.ports import Notifier

POLL_SECONDS = 25
GATE_SECONDS = 1.0
BACK_OFF_SECONDS = 5.0


class Chat:
    """Everything that answers; updates come from a poller or from a webhook."""

    def __init__(self, bot: "Bot", users: frozenset[int], notifier: "Notifier") -> None:
        self.memory = Memory(settings.home() / "telegram.db")
        self.messenger = Messenger(bot)
        self._gates = open_gates()
        self.desk = Desk(self.memory, self._gates, notifier)
        self._doorman = Doorman(users, self.memory)
        self._users = users
        self.note = notifier.tell

    async def hear(self, update: dict[str, Any]) -> None:
        """Answer one update, or drop it."""
        heard = self._doorman.admit(update, time.time())
        if heard is None:
            return
        if heard.token:
            await self._press(heard)
        else:
            reply = await asyncio.to_thread(self.desk.text, heard.chat, heard.text, is_stale=heard.is_stale)
            await self.messenger.send(heard.chat, reply)

    async def show_gates(self) -> None:
        """Ask for leave wherever a run waits for it, for ever."""
        while True:
            for asked in await asyncio.to_thread(self._gates.waiting):
                if self.memory.is_new_gate(asked.run_id, asked.stage):
                    chat = self.memory.chat_of(asked.run_id)
                    for one in sorted(self._users) if chat is None else [chat]:
                        await self.messenger.send(one, self.desk.gate(asked))
            await asyncio.sleep(GATE_SECONDS)

    async def _press(self, heard: Heard) -> None:
        await self.messenger.answer(heard.callback)
        reply = await asyncio.to_thread(self.desk.press, heard.chat, heard.token, f"user {heard.user}")
        await self.messenger.edit(heard.chat, heard.message, reply)


def run(notifier: "Notifier") -> None:
    """Serve the chat until Ctrl-C or SIGTERM.

    Raises: UserError when the setting is wrong, or while another process serves the same bot.
    """
    token, users = settings.telegram_token(), settings.telegram_users()
    with _alone(token):
        with closing(bots.open_fleet()):
            pass  # a home that cannot be used says so now
        with suppress(asyncio.CancelledError):
            asyncio.run(_until_term(serve(token, users, notifier)))


async def _until_term(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await task


async def serve(token: str, users: frozenset[int], notifier: "Notifier") -> None:
    """Poll and answer until cancelled. Raises: UserError, ConfigError."""
    bot = make_bot(token)
    chat = Chat(bot, users, notifier)
    line = Line(chat.memory, chat.messenger, chat.desk)
    try:
        await _greet(bot)
        async with asyncio.TaskGroup() as group:
            for job in (_poll(bot, chat), line.work(), chat.show_gates()):
                group.create_task(job)
    except* BotyardError as group_error:
        raise group_error.exceptions[0] from None
    finally:
        await bot.session.close()


def make_bot(token: str) -> "Bot":
    """Return the client. Raises: UserError for what cannot be a token."""
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.utils.token import TokenValidationError

    session = AiohttpSession(api=TelegramAPIServer.from_base(settings.telegram_api()))
    try:
        return Bot(token, session=session)
    except TokenValidationError as e:
        raise UserError("BOTYARD_TELEGRAM_TOKEN is no bot token; BotFather gives one such as 123456:ABC…") from e


async def _greet(bot: "Bot") -> None:
    from aiogram.exceptions import TelegramNetworkError, TelegramNotFound, TelegramUnauthorizedError
    from aiogram.types import BotCommand

    try:
        await bot.get_me()
        await bot.delete_webhook()
        await bot.set_my_commands([BotCommand(command=name, description=what) for name, what in words.COMMANDS])
    except (TelegramUnauthorizedError, TelegramNotFound) as e:
        raise UserError("Telegram does not know this token; ask BotFather for it again: /token") from e
    except TelegramNetworkError as e:
        raise UserError(f"Telegram does not answer at {settings.telegram_api()}; is there a network?") from e


async def _poll(bot: "Bot", chat: Chat) -> None:
    from aiogram.exceptions import TelegramAPIError, TelegramConflictError, TelegramUnauthorizedError

    offset = chat.memory.next_update()
    while True:
        try:
            updates = await bot.get_updates(
                offset=offset, timeout=POLL_SECONDS, allowed_updates=["message", "callback_query"]
            )
        except TelegramConflictError as e:
            raise ConfigError(
                "somebody else polls with this bot's token: end the other process, or take another token"
            ) from e
        except TelegramUnauthorizedError as e:
            raise ConfigError("Telegram does not take this token any more") from e
        except TelegramAPIError:
            await asyncio.sleep(BACK_OFF_SECONDS)
            continue
        for update in updates:
            offset = update.update_id + 1
            try:
                await chat.hear(update.model_dump(mode="json", by_alias=True, exclude_none=True))
            except TelegramAPIError as e:
                # the answer could not be delivered; what was asked for is done, and the next update must be heard
                chat.note(f"telegram: an answer was not delivered: {type(e).__name__}")


@contextmanager
def _alone(token: str) -> Iterator[None]:
    mark = hashlib.sha256(token.encode()).hexdigest()[:16]
    place = settings.home() / f"telegram-{mark}.lock"
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle = place.open("w")
    except OSError as e:
        raise UserError(f"cannot write {place}: {e.strerror}; choose another place with --home") from e
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            raise UserError("another botyard telegram serves this bot; end that one first") from e
        handle.write(str(os.getpid()))
        handle.flush()
        yield
