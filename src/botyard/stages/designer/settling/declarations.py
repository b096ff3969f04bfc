"""What an idea may say only once: its sides, size, time zone, holding time, and whether there is a stop."""

from botyard.stages.designer.meaning.acts import Atrs, Clause, Hold, Percent, Sides, Size, Stop, Without, Zone
from botyard.stages.designer.meaning.values import And, Or
from botyard.stages.designer.settling.gather import parts
from botyard.stages.designer.settling.plan import ask


def check_declarations(clauses: tuple[Clause, ...]) -> None:
    """Ask where the idea says two things about one matter."""
    if len({c.sides for c in clauses if isinstance(c, Sides)}) > 1:
        raise ask("sides", "The idea says two things about its sides.", "long only", "short only", "both")
    if len({c.name for c in clauses if isinstance(c, Zone)}) > 1:
        raise ask("zone", "The idea names more than one time zone. Which one?")
    for kind in (Hold, Size):
        if len({c for c in clauses if isinstance(c, kind)}) > 1:
            raise ask(kind.__name__.lower(), f"The idea names more than one {kind.__name__.lower()}. Which one?")
    stops = [c for c in clauses if isinstance(c, Stop)]
    for kind_of in (Percent, Atrs):
        if len({s.distance for s in stops if isinstance(s.distance, kind_of) and not s.trailing}) > 1:
            raise ask(
                "stop", "The idea names two stops of the same kind. Which one?", "the nearer one", "the farther one"
            )
    none = [c.what for c in clauses if isinstance(c, Without)]
    if stops and any(w in ("stop", "both") for w in none):
        raise ask("stop", "The idea says both a stop and no stop. Which one?", "with the stop", "without")
    for value in parts(clauses):
        if isinstance(value, And | Or) and _is_mixed(value):
            raise ask(
                "and / or", 'The idea mixes "and" with "or": which belong together?', "(a and b) or c", "a and (b or c)"
            )


def _is_mixed(value: And | Or) -> bool:
    if isinstance(value, And):
        return False
    return any(isinstance(p, And) for p in value.parts)
