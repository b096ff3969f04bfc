"""Whom the fleet tells: the terminal, and the chat where one is set up."""

from botyard.adapters.notifier.console import ConsoleNotifier
from botyard.apps import settings
from botyard.ports import Notifier


class Everyone:
    """The Notifier port to several others."""

    def __init__(self, *notifiers: Notifier) -> None:
        self._notifiers = notifiers

    def tell(self, text: str) -> None:
        """Tell each."""
        for notifier in self._notifiers:
            notifier.tell(text)


def notifier() -> Notifier:
    """Return the terminal; with BOTYARD_TELEGRAM_TOKEN and BOTYARD_TELEGRAM_USERS set, the chat too.

    Raises: UserError when only one of them is right.
    """
    if not settings.has_telegram():
        return ConsoleNotifier()
    from botyard.adapters.notifier.telegram import TelegramNotifier

    chat = TelegramNotifier(settings.telegram_token(), sorted(settings.telegram_users()), settings.telegram_api())
    return Everyone(ConsoleNotifier(), chat)
