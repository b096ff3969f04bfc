"""The desk: what each command and each button does. Plain functions of the fleet and the runs; nothing is sent here."""

import re
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

from botyard.apps import answers, bots, launch, run_folders, settings
from botyard.apps.telegram import words
from botyard.apps.telegram.memory import Remembering
from botyard.apps.telegram.reply import Reply
from botyard.errors import BotyardError, UserError

if TYPE_CHECKING:
    from botyard.apps.gates import Gates
    from botyard.ports import Notifier
    from botyard.records.run import Asked

MONEY = frozenset({"pipeline", "pause", "resume", "kill", "promote"})
"""Commands that are refused when they come late: what was meant two minutes ago may be wrong now."""

LENGTHS = ("5m", "15m", "1h")
QUOTES = str.maketrans("“”„«»", '"""""')
SHOWN_WHY = 8


class Desk:
    """Answers people. Raises nothing that is a person's or the world's fault: errors become sentences."""

    def __init__(self, memory: Remembering, gates: "Gates", notifier: "Notifier") -> None:
        self._memory = memory
        self._gates = gates
        self._notifier = notifier
        self._commands: dict[str, Callable[[int, str], Reply]] = {
            "pipeline": self._pipeline,
            "runs": lambda _chat, _rest: Reply(words.runs(run_folders.records())),
            "fleet": self._fleet,
            "bot": self._bot,
            "pnl": self._pnl,
            "pause": self._pause,
            "resume": self._resume,
            "kill": self._kill,
            "promote": self._promote,
            "help": lambda _chat, _rest: Reply(words.HELP),
            "start": lambda _chat, _rest: Reply(words.HELP),
        }

    def text(self, chat: int, text: str, *, is_stale: bool) -> Reply:
        """Answer what a person wrote."""
        command, rest = _command(text)
        if command and is_stale and command in MONEY:
            return Reply(f"/{command} was sent more than two minutes ago, so nothing was done. Send it again.")
        if command:
            work = self._commands.get(command)
            if work is None:
                return Reply(f"There is no /{command}.\n{words.HELP}")
        elif len(text.split()) < 3:
            return Reply(f"That is short for an idea.\n{words.HELP}")
        else:
            work, rest = self._offer, text
        return self._kindly(lambda: work(chat, rest))

    def press(self, chat: int, token: str, who: str) -> Reply:
        """Do what a button says, once."""
        act = self._memory.press(token)
        if act is None:
            return Reply("That button was pressed before, or is not known any more; nothing was done.")
        return self._kindly(lambda: self._act(chat, act, who))

    def gate(self, asked: "Asked") -> Reply:
        """Ask for leave, with two buttons."""
        return Reply(
            f"{asked.run_id}: may the {asked.stage} begin? Without an answer until {words.when(asked.until_ms)} UTC it is "
            f"a no.\n{asked.text}",
            buttons=tuple(
                (label, self._memory.button(do="gate", run=asked.run_id, stage=asked.stage, approved=yes))
                for label, yes in (("Approve", True), ("Reject", False))
            ),
        )

    def questions(self, idea: str, timeframe: str, choices: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Return the buttons that answer a run's one question."""
        return tuple((c, self._memory.button(do="run", idea=f"{idea}, {c}", bars=timeframe)) for c in choices)

    def _act(self, chat: int, act: dict[str, Any], who: str) -> Reply:
        if act["do"] == "run":
            return self._begin(chat, act["idea"], act["bars"])
        if act["do"] == "gate":
            asked = self._gates.decide(act["run"], act["stage"], approved=act["approved"], by=who)
            return Reply(f"{asked.run_id}: the {asked.stage} is {asked.answer}.")
        if act["do"] == "kill":
            with closing(bots.open_store()) as store:
                report = bots.kill(store, act["bot"], self._notifier)
            more = "; it is gone on with until it is done" if report.status == "killing" else ""
            return Reply(f"{act['bot']}: {report.text}{more}")
        return Reply("Nothing was done.")

    def _pipeline(self, chat: int, rest: str) -> Reply:
        found = re.fullmatch(
            r'"(?P<quoted>.+)"\s*(?P<length>\S*)|(?P<plain>.+?)(?:\s+(?P<bars>\d+[mhd]?))?', rest, re.DOTALL
        )
        if found is None:
            raise UserError('say the idea and the minutes of a bar: /pipeline "fast ema crosses slow ema" 5')
        idea = found["quoted"] or found["plain"]
        length = found["length"] or found["bars"] or ""
        return self._begin(chat, idea, length) if length else self._offer(chat, idea)

    def _offer(self, chat: int, idea: str) -> Reply:
        del chat
        idea = launch.checked_idea(idea)
        buttons = tuple((f"Run it on {n} bars", self._memory.button(do="run", idea=idea, bars=n)) for n in LENGTHS)
        return Reply(f"An idea? How long is a bar?\n{idea}", buttons=buttons)

    def _begin(self, chat: int, idea: str, length: str) -> Reply:
        record, artifacts = launch.new_run(launch.Wish(idea, length))
        launch.put_off(record, artifacts)
        self._memory.add_run(record.run_id, chat)
        place = len(self._memory.waiting())
        line = "It begins now." if place <= 1 else f"{place - 1} before it."
        return Reply(f"{record.run_id}: {record.idea} ({record.timeframe} bars, {record.market} market). {line}")

    def _fleet(self, chat: int, rest: str) -> Reply:
        del chat, rest
        with closing(bots.open_store()) as store:
            standings = answers.standings(store)
        if not standings:
            return Reply("No bots yet. Write an idea in plain words.")
        return Reply(f"{len(standings)} bots", table=words.fleet(standings))

    def _bot(self, chat: int, rest: str) -> Reply:
        del chat
        with closing(bots.open_store()) as store:
            found = answers.why(store, _name(rest, "bot"))
        lines = [f"{found.bot} is {found.status}" + (f": {found.reason}" if found.reason else "")]
        lines += [f"{words.when(one.bar_ms)} {one.words}" for one in found.decisions[-SHOWN_WHY:]]
        if found.venue_units is not None:
            compared = answers.agreement(found)
            lines.append(f"ledger {found.ledger_units:g}, venue {found.venue_units:g}: {compared}")
        lines.append(f"next: {found.next_action}")
        return Reply("\n".join(lines))

    def _pnl(self, chat: int, rest: str) -> Reply:
        del chat
        name = _name(rest, "pnl")
        with closing(bots.open_store()) as store:
            earned = answers.profit(store, name)
            try:
                picture = answers.equity_picture(store, name)
            except ImportError:  # a function in AWS carries nothing to draw with
                picture = b""
        return Reply(words.profit(earned), photo=picture, name=f"{name}.png")

    def _pause(self, chat: int, rest: str) -> Reply:
        del chat
        with closing(bots.open_store()) as store:
            found = bots.pause(store, _name(rest, "pause"))
        return Reply(f"{found.name} is paused: no entries; exits and stops go on. Again with /resume {found.name}")

    def _resume(self, chat: int, rest: str) -> Reply:
        del chat
        with closing(bots.open_store()) as store:
            found = bots.resume(store, _name(rest, "resume"))
        return Reply(f"{found.name} is running.")

    def _kill(self, chat: int, rest: str) -> Reply:
        del chat
        name = _name(rest, "kill")
        with closing(bots.open_store()) as store:
            bot = store.bot(name)
        if bot.status == "killed":
            return Reply(f"{name} is killed already: {bot.reason}")
        button = (f"Kill {name}", self._memory.button(do="kill", bot=name))
        keep = ("Keep it", self._memory.button(do="keep"))
        return Reply(f"Kill {name}: cancel its orders, close its position? It cannot be undone.", (button, keep))

    def _promote(self, chat: int, rest: str) -> Reply:
        del chat
        if settings.is_aws():
            raise UserError("promotion is judged where the research is: export the bot, then botyard promote BOT")
        from botyard.apps import promotion  # numpy: only where the research is at hand

        name = _name(rest, "promote")
        with closing(bots.open_store()) as store:
            found = promotion.standing(store, name, pilot=False)
        lines = [f"{name}: trading with real money needs"]
        lines += [f"{'✓' if one.is_met else '✗'} {one.name}: {one.text}" for one in found.conditions]
        lines.append(f"It is granted where its keys are, on the command line: botyard promote {name}")
        return Reply("\n".join(lines))

    def _kindly(self, work: Callable[[], Reply]) -> Reply:
        try:
            return work()
        except BotyardError as e:
            text = str(e)
            return Reply(text[:1].upper() + text[1:])


def _command(text: str) -> tuple[str, str]:
    found = re.match(r"/([a-z]+)(?:@\w+)?(?:\s+(.*))?$", text.translate(QUOTES).strip(), re.DOTALL | re.IGNORECASE)
    return ("", "") if found is None else (found[1].lower(), (found[2] or "").strip())


def _name(rest: str, command: str) -> str:
    if not rest:
        raise UserError(f"which bot? /{command} NAME; /fleet lists them")
    return rest.split(maxsplit=1)[0]
