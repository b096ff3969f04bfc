"""What the bot says, cut to Telegram's lengths; the standard library alone, so that a function in AWS can say it too."""

import html
from dataclasses import dataclass

MOST_TEXT = 4096
MOST_CAPTION = 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot says: plain text, perhaps with a table, buttons (label, token), a picture or a file."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    table: str = ""  # shown below the text in a fixed width
    photo: bytes = b""
    document: bytes = b""
    name: str = ""  # of the file


def pages(reply: Reply) -> list[str]:
    """Write a reply as HTML, in as many messages as it needs."""
    # markup is added page by page: a page never ends inside a tag
    found = [html.escape(part, quote=False) for part in _split(reply.text, MOST_TEXT)]
    if reply.table:
        tables = [f"<pre>{html.escape(part, quote=False)}</pre>" for part in _split(reply.table, MOST_TEXT)]
        if len(reply.text) + len(reply.table) + 1 <= MOST_TEXT:
            return [f"{found[0]}\n{tables[0]}"]
        found += tables
    return found


def cut(text: str, most: int) -> str:
    """Shorten a text that is too long for where it goes."""
    most = most if text.isascii() else most // 2
    return text if len(text) <= most else text[: most - 1] + "…"


def _split(text: str, most: int) -> list[str]:
    # Telegram counts UTF-16 units; half of the limit is enough for a text of rare signs
    most = most if text.isascii() else most // 2
    parts = []
    while len(text) > most:
        end = text.rfind("\n", 1, most)
        end = end if end > 0 else most
        parts.append(text[:end])
        text = text[end:].lstrip("\n")
    return [*parts, text or "–"]
