"""The one error tree: catch by who has to act.

BotyardError
├── UserError           ask the person: bad input, exit code 2
│   ├── SpecError       a spec or an expression is wrong; carries the place
│   ├── DataError       bars are missing, broken or of the wrong shape
│   └── NotFound        no run, bot or symbol of that name
├── Refused             the answer is no, with a reason: exit code 3
├── NoInstrument        no instrument qualifies: exit code 4
├── RetryableError      back off and try again: a busy store, a venue that timed out
├── VenueRejected       the venue said no: skip this order and tell
├── ConfigError         the deployment does not fit: stop the bot
└── InvariantError      a bug or a broken record: crash and page

A failed gate or a refused order is a value with a reason, not an exception.
"""


class BotyardError(Exception):
    """Base of all errors raised on purpose."""


class UserError(BotyardError):
    """The person who typed it acts: the message says what, which value and what to do next."""


class SpecError(UserError):
    """Whoever wrote the spec acts.

    `place` names the field, such as `series.vol` or `transitions[2].when`;
    `column` is the 0-based column inside that field's expression, or None.
    """

    def __init__(self, message: str, *, place: str = "", column: int | None = None, source: str = "") -> None:
        self.message = message
        self.place = place
        self.column = column
        self.source = source
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        where = f"{self.place}: " if self.place else ""
        if self.column is None or not self.source:
            return where + self.message
        return f"{where}{self.message}\n    {self.source}\n    {' ' * self.column}^"


class DataError(UserError):
    """Whoever brought the bars acts."""


class NotFound(UserError):
    """The person named something that is not there."""


class Refused(BotyardError):
    """The answer is no, and `reason` is the short machine word for why."""

    def __init__(self, message: str, *, reason: str) -> None:
        self.reason = reason
        super().__init__(message)


class NoInstrument(BotyardError):
    """No instrument qualifies; the ranking that says why is in the run."""


class RetryableError(BotyardError):
    """The caller backs off and tries again."""


class VenueRejected(BotyardError):
    """The bot skips this order and tells; `reason` is the venue's word for it."""

    def __init__(self, message: str, *, reason: str) -> None:
        self.reason = reason
        super().__init__(message)


class ConfigError(BotyardError):
    """The operator acts: the bot stops until its deployment fits again."""


class InvariantError(BotyardError):
    """The developers act: something that cannot be true is."""
