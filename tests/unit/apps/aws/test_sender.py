"""Speaking to Telegram with the standard library: lengths, files, floods, edits, and a token that nobody sees."""

import zlib

import pytest

from botyard.apps.aws.chat.sender import Sender
from botyard.apps.telegram.reply import Reply
from botyard.errors import RetryableError, UserError
from botyard.testing.telegram.server import TOKEN, FakeTelegram


@pytest.fixture(scope="module")
def telegram():
    with FakeTelegram() as server:
        yield server


@pytest.fixture
def sender(telegram):
    return Sender(TOKEN, telegram.url)


def png():
    """A grey picture of 8 by 8, by hand."""
    rows = zlib.compress(b"".join(b"\0" + b"\x80" * 8 for _ in range(8)))
    parts = [(b"IHDR", b"\0\0\0\x08\0\0\0\x08\x08\0\0\0\0"), (b"IDAT", rows), (b"IEND", b"")]
    body = b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big") for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body


def test_a_long_text_comes_in_parts_with_the_buttons_below_the_last(telegram, sender):
    number = sender.send(1, Reply("a < b & c\n" * 900, buttons=(("Yes", "t1"), ("No", "t2"))))
    first, *_, last = telegram.sent
    assert "".join(m.text for m in telegram.sent).count("a < b & c") == 900
    assert (first.buttons, last.number) == ([], number)
    assert [b["callback_data"] for b in last.buttons] == ["t1", "t2"]


def test_pictures_and_files_arrive_as_they_are(telegram, sender):
    sender.send(1, Reply("a picture", photo=png(), name="equity.png"))
    sender.send(1, Reply("a file", document=b"\r\n--\x00 any bytes", name="1-x.html"))
    picture, file = telegram.sent[-2:]
    assert (picture.kind, picture.text, picture.data) == ("photo", "a picture", png())
    assert (file.kind, file.name, file.data) == ("document", "1-x.html", b"\r\n--\x00 any bytes")


def test_it_waits_when_it_is_told_to_and_an_edit_of_nothing_is_no_error(telegram, sender):
    telegram.refuse_next(1)
    number = sender.send(1, Reply("once"))
    assert telegram.flooded == 1
    sender.edit(1, number, Reply("twice"))
    sender.edit(1, number, Reply("twice"))
    sender.edit(1, 10_000, Reply("gone"))
    assert telegram.sent[-1].text == "twice"
    sender.answer("q1")
    sender.answer("q1")


def test_errors_do_not_hold_the_token(telegram):
    with pytest.raises(UserError, match="401: Unauthorized") as refused:
        Sender("987:wrong-token", telegram.url).send(1, Reply("x"))
    with pytest.raises(RetryableError) as silent:
        Sender("987:wrong-token", "http://127.0.0.1:9").send(1, Reply("x"))
    assert "wrong-token" not in f"{refused.value!r} {silent.value!r} {silent.value.__cause__!r}"
