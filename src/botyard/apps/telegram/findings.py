"""What a run found, as messages: a question with its choices; or the verdict with its picture, the reasons, the report."""

from typing import TYPE_CHECKING

from botyard.apps.report import REPORT_FILE
from botyard.apps.telegram import words
from botyard.apps.telegram.reply import Reply

if TYPE_CHECKING:
    from botyard.apps.telegram.desk import Desk
    from botyard.pipeline import Result
    from botyard.ports import ArtifactStore


def findings(result: "Result", artifacts: "ArtifactStore", desk: "Desk", picture: bytes) -> list[Reply]:
    """Say how a run ended. picture: of its equity, as PNG; empty for none."""
    record, asked = result.run, result.clarification
    if asked is not None:
        buttons = (
            desk.questions(record.idea, record.timeframe, asked.questions[0].choices)
            if len(asked.questions) == 1
            else ()
        )
        questions = [f"? {q.text}" + "".join(f"\n   – {c}" for c in q.choices) for q in asked.questions]
        return [Reply("\n".join([words.ended(result), *questions]), buttons=buttons)]
    found = []
    if result.research is not None and picture:
        found.append(Reply(result.research.verdict.sentence, photo=picture, name="equity.png"))
    found.append(Reply(words.ended(result)))
    if artifacts.exists(REPORT_FILE):
        found.append(Reply("The whole report", document=artifacts.read(REPORT_FILE), name=f"{record.run_id}.html"))
    return found
