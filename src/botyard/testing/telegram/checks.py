"""What the Bot API refuses, in its own words: text, markup, buttons, pictures.

Source: https://core.telegram.org/bots/api, and the errors that its servers answer with.
"""

import html
import struct
from html.parser import HTMLParser
from typing import Any

MOST_TEXT = 4096  # characters after the markup is taken out
MOST_CAPTION = 1024
MOST_CALLBACK_DATA = 64  # bytes
MOST_PHOTO = 10 * 1024 * 1024  # bytes
MOST_DOCUMENT = 50 * 1024 * 1024
MOST_SIDES = 10_000  # width and height of a photo together
MOST_RATIO = 20
MOST_BUTTONS = 100

_TAGS = {
    "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "blockquote", "tg-spoiler",
    "tg-emoji", "span",
}  # fmt: skip


class BadRequestError(Exception):
    """The server answers 400 with this description."""


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)  # a sign that was written as one is no markup
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag not in _TAGS:
            raise BadRequestError(f'can\'t parse entities: Unsupported start tag "{tag}"')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise BadRequestError(f'can\'t parse entities: Unmatched end tag "{tag}"')

    def handle_entityref(self, name: str) -> None:
        self.text += html.unescape(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.text += html.unescape(f"&#{name};")

    def handle_data(self, data: str) -> None:
        if "<" in data:
            raise BadRequestError("can't parse entities: Unsupported start tag")
        self.text += data


def plain(text: str, parse_mode: str | None) -> str:
    """Return a text without its markup. Raises: BadRequestError where the markup is broken."""
    if not parse_mode:
        return text
    if parse_mode != "HTML":
        raise BadRequestError("unsupported parse_mode")
    parser = _Html()
    parser.feed(text)
    parser.close()
    if parser.open:
        raise BadRequestError(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{parser.open[-1]}\""
        )
    return parser.text


def check_text(text: str, parse_mode: str | None) -> str:
    """Return a message's plain text. Raises: BadRequestError."""
    shown = plain(text, parse_mode)
    if not shown.strip():
        raise BadRequestError("message text is empty")
    if len(shown.encode("utf-16-le")) // 2 > MOST_TEXT:
        raise BadRequestError("message is too long")
    return shown


def check_caption(text: str, parse_mode: str | None) -> str:
    """Return a caption's plain text. Raises: BadRequestError."""
    shown = plain(text, parse_mode)
    if len(shown.encode("utf-16-le")) // 2 > MOST_CAPTION:
        raise BadRequestError("message caption is too long")
    return shown


def check_buttons(markup: Any) -> list[dict[str, str]]:
    """Return the buttons of an inline keyboard. Raises: BadRequestError."""
    if not markup:
        return []
    buttons = [button for row in markup.get("inline_keyboard", []) for button in row]
    if len(buttons) > MOST_BUTTONS:
        raise BadRequestError("reply markup is too long")
    for button in buttons:
        if not button.get("text"):
            raise BadRequestError("inline keyboard button text is empty")
        if not 1 <= len(str(button.get("callback_data", "")).encode()) <= MOST_CALLBACK_DATA:
            raise BadRequestError("BUTTON_DATA_INVALID")
    return buttons


def check_photo(data: bytes) -> None:
    """Let PNG and JPEG through that may be sent as a photo. Raises: BadRequestError."""
    if len(data) > MOST_PHOTO:
        raise BadRequestError("file is too big")
    if data[:3] == b"\xff\xd8\xff":
        return
    if data[:8] != b"\x89PNG\r\n\x1a\n" or len(data) < 24:
        raise BadRequestError("IMAGE_PROCESS_FAILED")
    width, height = struct.unpack(">II", data[16:24])
    if width + height > MOST_SIDES or max(width, height) > MOST_RATIO * min(width, height):
        raise BadRequestError("PHOTO_INVALID_DIMENSIONS")


def check_document(data: bytes) -> None:
    """Let a file through that may be sent. Raises: BadRequestError."""
    if not data:
        raise BadRequestError("file must be non-empty")
    if len(data) > MOST_DOCUMENT:
        raise BadRequestError("file is too big")
