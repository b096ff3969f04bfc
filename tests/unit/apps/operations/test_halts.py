import ast
from pathlib import Path

import pytest

import botyard
import botyard.bot
from botyard.apps.operations import halts
from botyard.bot import words

HALTING = ("ConfigError", "InvariantError", "UnresolvedError")  # what botyard.bot.tick turns into a halt
FILES = sorted(Path(botyard.bot.__path__[0]).rglob("*.py"))


def said(node):
    # the text of a message as it is written down, names in it left out
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(said(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return said(node.value)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "words":
        return str(getattr(words, node.attr))
    return ""


def reasons():
    found = []
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in HALTING or name == "_halt":
                fault = "; this is a fault of botyard" if name == "InvariantError" else ""  # halting.halt says so
                found.append((f"{file.name}:{node.lineno}", name, said(node.args[0]) + fault))
    return found


def test_the_ways_to_halt_are_found():
    assert {name for _, name, _ in reasons()} == {"_halt", *HALTING}


@pytest.mark.parametrize(("place", "name", "reason"), reasons(), ids=lambda v: v if ".py:" in str(v) else "")
def test_every_halt_of_a_bot_has_a_meaning_and_a_remedy(place, name, reason):
    found = halts.of(reason)
    assert found is not halts.OTHER, f"{place}: give {reason!r} a row in apps/operations/halts.py"
    assert found.meaning
    assert "botyard" in found.remedy


def test_codes_are_told_apart():
    codes = [row.code for row in (*halts.HALTS, halts.OTHER)]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("the venue holds 0.2 BTC, the ledger says 0.3 BTC; find out who traded, then kill the bot", "venue-differs"),
        ("order 00ab was about to be sent and the venue does not know it; look for it", "order-unresolved"),
        (
            "fell 5.1 volatilities behind; end it with: botyard kill a, or count anew with: botyard resume a",
            "kill-rule",
        ),
        ("order x of 3 lots has 4 lots of fills; this is a fault of botyard: report it", "fault"),
        ("the server stands on its head", "configuration"),
    ],
)
def test_a_reason_is_known_by_its_words(reason, code):
    assert halts.of(reason).code == code


def test_every_remedy_takes_the_bots_name():
    for row in (*halts.HALTS, halts.OTHER):
        assert "{" not in row.remedy.format(bot="one")


def test_the_page_has_every_row():
    page = (Path(__file__).parents[4] / "docs" / "running.md").read_text()
    for row in (*halts.HALTS, halts.OTHER):
        assert f"| `{row.code}` | {row.meaning} | {row.remedy.format(bot='BOT')} |" in page
