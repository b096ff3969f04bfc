"""The function that tells people: gates, how runs end, what bots say and fail at, what all this costs.

It is invoked by the state machine, by bots, by Lambda itself for ticks that failed, and by SNS for the budget.
"""

import time
from typing import TYPE_CHECKING, Any

from botyard.apps.aws.chat import setup
from botyard.apps.aws.chat.memory import TableMemory
from botyard.apps.aws.fleet import control, runs, table
from botyard.apps.telegram.findings import findings
from botyard.apps.telegram.reply import Reply
from botyard.errors import BotyardError, NotFound, RetryableError
from botyard.records.run import STAGES, Asked

if TYPE_CHECKING:
    from collections.abc import Callable

PICTURE = "equity.png"  # drawn by the Researcher, where there is something to draw with
REJECTED = ("Botyard.Rejected", "Botyard.GateTimedOut")
HOUR_SECONDS = 3600

setup.warm_up()


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Tell what happened. Raises: RetryableError when the caller should try again."""
    table.reconnect()
    if "Records" in event:
        return _told(_spending(event))
    if "requestContext" in event:
        return _told(_dead_letter(event))
    kinds: dict[str, Callable[[dict[str, Any]], int]] = {
        "gate": _gate,
        "ended": _ended,
        "failed": _failed,
        "note": lambda e: _tell(Reply(str(e["text"])), str(e.get("run_id", ""))),
        "bot": lambda e: _tell(Reply(str(e["text"]))),
        "killed": _killed,
    }
    work = kinds.get(str(event.get("kind")))
    if work is None:
        print(f"nobody knows this event: {sorted(event)}")  # noqa: T201  (a function's log)
        return _told(0)
    return _told(work(event))


def _gate(event: dict[str, Any]) -> int:
    """Ask for leave. A state machine that tries again brings another token, and the buttons stay good."""
    run_id, stage = str(event["run_id"]), next(s for s in STAGES if s == event["stage"])
    now_ms = int(time.time() * 1000)
    text = _progress(run_id)
    asked = Asked(run_id, stage, text, now_ms, now_ms + 1000 * int(event["seconds"]))
    desk = setup.desk()
    memory = TableMemory()
    if not setup.gates().ask(asked, str(event["token"])) or not memory.is_new_gate(run_id, stage):
        return 0
    if _tell(desk.gate(asked), run_id):
        return 1
    memory.forget_gate(run_id, stage)
    raise RetryableError(f"nobody could be asked before the {stage} of run {run_id}")


def _ended(event: dict[str, Any]) -> int:
    from botyard.pipeline import load_result

    run_id = str(event["run_id"])
    last: dict[str, Any] = next((event["state"][s] for s in reversed(STAGES) if s in event["state"]), {})
    record, artifacts = runs.load(run_id)
    result = load_result(record, artifacts)
    runs.ended(run_id, record.outcome, record.text or str(last.get("text", "")))
    picture = artifacts.read(PICTURE) if artifacts.exists(PICTURE) else b""
    return sum(_tell(reply, run_id) for reply in findings(result, artifacts, setup.desk(), picture))


def _failed(event: dict[str, Any]) -> int:
    run_id, error = str(event["run_id"]), event["state"].get("error", {})
    code, cause = str(error.get("Error", "")), str(error.get("Cause", ""))
    outcome = "rejected" if code in REJECTED else "failed"
    runs.ended(run_id, outcome, cause or code)
    stage = next((s for s in reversed(STAGES) if s in event["state"]), "")
    after = f" after the {stage}" if stage else ""
    more = "" if outcome == "rejected" else f"\nMore: botyard aws logs {_next(stage)}"
    return _tell(Reply(f"{run_id} ended early{after}: {cause[:1500] or code}.{more}"), run_id)


def _killed(event: dict[str, Any]) -> int:
    control.bury(str(event["bot"]))
    return _tell(Reply(f"{event['bot']}: {event['text']}"))


def _dead_letter(event: dict[str, Any]) -> int:
    """Tell of a tick that Lambda gave up, of each bot once an hour."""
    about = event["requestContext"]
    name = str(about.get("functionArn", "")).split(":function:")[-1].split(":")[0]
    if not TableMemory().is_first(f"letter#{name}#{int(time.time()) // HOUR_SECONDS}"):
        return 0
    said = (event.get("responsePayload") or {}).get("errorMessage", "")
    why = {
        "EventAgeExceeded": "it came too late, so nothing was traded on it",
        "RetriesExhausted": f"it failed: {said}" if said else "it failed",
    }.get(str(about.get("condition")), str(about.get("condition")))
    bot = name.split("-", 3)[-1]
    return _tell(Reply(f"A tick of {bot} was given up: {why}. The next one looks again. More: botyard aws logs {bot}"))


def _spending(event: dict[str, Any]) -> int:
    told = 0
    for record in event["Records"]:
        message = record.get("Sns", {})
        told += _tell(Reply(f"AWS spending: {message.get('Subject') or ''}\n{message.get('Message', '')}"[:3000]))
    return told


def _progress(run_id: str) -> str:
    try:
        record, _ = runs.load(run_id)
    except NotFound:
        return ""
    done = [f"{stage.name}: {stage.text}" for stage in record.stages]
    return "\n".join([f"{record.idea} ({record.timeframe} bars, {record.market} market)", *done])


def _next(stage: str) -> str:
    """Return the stage that was at work."""
    return STAGES[0] if not stage else STAGES[min(STAGES.index(next(s for s in STAGES if s == stage)) + 1, 3)]


def _tell(reply: Reply, run_id: str = "") -> int:
    """Send to whoever asked for the run, else to all; return how many could be reached."""
    chat = TableMemory().chat_of(run_id) if run_id else None
    sender = setup.sender()
    reached = 0
    for one in sorted(setup.people()) if chat is None else [chat]:
        try:
            sender.send(one, reply)
            reached += 1
        except BotyardError as e:
            print(f"not delivered: {e}")  # noqa: T201  (a function's log)
    return reached


def _told(count: int) -> dict[str, Any]:
    return {"told": count}
