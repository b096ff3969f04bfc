"""Gates of runs that AWS carries out: the state machine waits with a task token; whoever decides sends it back.

An item holds the question and the token; the state machine keeps the time, and silence is a rejection there.
"""

import json
import time

from botyard.adapters.fleet_store.dynamodb_wire import ConditionFailedError
from botyard.apps.aws import place
from botyard.apps.aws.fleet import table
from botyard.errors import NotFound, UserError
from botyard.records.run import Answer, Asked, StageName

PARTITION = "gates"
SHOWN = 50
_OVER = ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken")
_KEPT_SECONDS = 30 * 86_400


class TaskGates:
    """The same calls as the embedded gates. The first decision counts."""

    def ask(self, asked: Asked, token: str) -> bool:
        """Keep a question with its token; False when it was decided before."""
        item: dict[str, str | int] = {
            "text": asked.text[:1000],
            "asked": asked.asked_ms,
            "until": asked.until_ms,
            "answer": "waiting",
            "by": "",
            "token": token,
            "ttl": asked.until_ms // 1000 + _KEPT_SECONDS,
        }
        try:
            # a token that came before, of a try whose answer was lost, is of no use any more
            table.change(
                PARTITION,
                _key(asked.run_id, asked.stage),
                item,
                condition="attribute_not_exists(pk) OR #3 = :so",
                so="waiting",
            )
        except ConditionFailedError:
            return False
        return True

    def waiting(self) -> list[Asked]:
        """Return what nobody has decided and whose time is not over, oldest first."""
        now_ms = int(time.time() * 1000)
        found = [_asked(item) for item in table.newest(PARTITION, SHOWN)]
        return sorted((a for a in found if a.answer == "waiting" and a.until_ms > now_ms), key=lambda a: a.asked_ms)

    def read(self, run_id: str, stage: StageName) -> Asked:
        """Return a gate as it stands. Raises: NotFound."""
        item = table.get(PARTITION, _key(run_id, stage))
        if item is None:
            raise NotFound(f"run {run_id} asks for no leave before its {stage}")
        return _asked(item)

    def decide(self, run_id: str, stage: StageName, *, approved: bool, by: str) -> Asked:
        """Write a decision down and let the state machine know.

        Raises: NotFound; UserError when it is decided already or its time is over; RetryableError, ConfigError.
        """
        asked = self.read(run_id, stage)
        if asked.answer == "waiting" and time.time() * 1000 >= asked.until_ms:
            asked = _asked(_settle(run_id, stage, "timed_out", "the clock", before="waiting"))
        if asked.answer != "waiting":
            raise _decided(asked)
        answer: Answer = "approved" if approved else "rejected"
        try:
            item = _settle(run_id, stage, answer, by, before="waiting")
        except ConditionFailedError:
            raise _decided(self.read(run_id, stage)) from None
        try:
            _send(table.text(item, "token"), approved=approved, by=by)
        except Exception as e:
            if place.code_of(e) in _OVER:
                _settle(run_id, stage, "timed_out", "the clock", before=answer)
                raise UserError(f"the {stage} of run {run_id} waits no more: its time is over") from e
            _settle(run_id, stage, "waiting", "", before=answer)  # nobody heard it: it may be said again
            raise place.translated(e, f"answering the gate before the {stage}") from e
        return _asked(item)


def _decided(asked: Asked) -> UserError:
    word = asked.answer.replace("_", " ")
    return UserError(f"the {asked.stage} of run {asked.run_id} is {word} already, by {asked.by}")


def _send(token: str, *, approved: bool, by: str) -> None:
    states = place.client("stepfunctions")
    if approved:
        states.send_task_success(taskToken=token, output=json.dumps({"answer": "approved", "by": by}))
    else:
        states.send_task_failure(taskToken=token, error="Botyard.Rejected", cause=f"rejected by {by}")


def _settle(run_id: str, stage: StageName, answer: Answer, by: str, *, before: Answer) -> table.Item:
    return table.change(
        PARTITION, _key(run_id, stage), {"answer": answer, "by": by}, condition="#0 = :before", before=before
    )


def _key(run_id: str, stage: StageName) -> str:
    return f"{run_id}#{stage}"


def _asked(item: table.Item) -> Asked:
    run_id, _, stage = item["sk"]["S"].partition("#")
    return Asked(
        run_id,
        stage,
        table.text(item, "text"),
        table.number(item, "asked"),
        table.number(item, "until"),
        table.text(item, "answer"),  # type: ignore[arg-type]  # as written
        table.text(item, "by"),
    )
