"""Who read the idea: the rules or a language model; what the model tried, and what it cost."""

from botyard.pipeline import Result
from botyard.records.conversation import Usage
from botyard.records.design import ModelWork


def work(result: Result) -> ModelWork | None:
    """Return what a model tried for the idea, if one was asked."""
    answer = result.design or result.clarification or result.refusal
    return answer.work if answer is not None else None


def reader(result: Result) -> str:
    """Say in one sentence who read the idea."""
    done = work(result)
    if done is not None:
        replayed = f", repeated from run {result.run.recorded}" if result.run.recorded else ""
        return f"Read by {done.model}{replayed}: {done.ended}."
    if result.run.model or result.run.recorded:
        return "Read by the rules whole: the language model was not asked for it."
    return "Read by the rules alone: no language model is set (BOTYARD_MODEL)."


def tried(result: Result) -> list[str]:
    """Return what was tried, answer by answer, and how far two readings agreed."""
    done = work(result)
    if done is None:
        return []
    lines = []
    for number, attempt in enumerate(done.attempts, 1):
        lines.append(
            f"{number}. {attempt.purpose}: {attempt.said.replace('_', ' ')}"
            + ("" if attempt.problems else ", accepted")
        )
        lines += [f"   {problem}" for problem in attempt.problems]
    if done.agreement is not None:
        a = done.agreement
        real = f"{a.real_bars:,} of them real" if a.real_bars else "all made-up"
        lines.append(
            f"Spec and an independent program decided alike on {a.bars:,} bars ({real}); orders on {a.decisions:,} of them."
        )
        passed = sum(t.passed for t in a.tests)
        lines.append(f"{passed} of {len(a.tests)} smoke tests of the program pass. Sizes and limits are not compared.")
    return lines


def costs(result: Result) -> tuple[Usage, ...]:
    """Return tokens, money and seconds per agent, the Deployer's too."""
    return result.usage
