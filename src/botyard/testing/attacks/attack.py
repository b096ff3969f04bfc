"""One attack: code that tries to get out, to leak, or to use up the machine."""

import textwrap
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attack:
    """The body of `decide`, and what stands before it in the module.

    `{FILE}` is a file with the canary, `{MARK}` a path to write to, `{PORT}` a listening port of this machine, `{PID}`
    the parent; the canary stands in the parent's environment too.
    """

    name: str
    body: str
    before: str = ""
    bites: bool = False  # leaks, writes or connects where nothing holds it, and is safe to run there
    is_bomb: bool = False

    def source(self, **places: object) -> str:
        """Return the whole module, its places filled in."""
        body = textwrap.indent(textwrap.dedent(self.body).strip("\n"), "    ")
        text = f"{self.before}\n\ndef decide(memory, bar, parameters):\n{body}\n    return result\n"
        for name, value in places.items():
            text = text.replace("{" + name + "}", str(value))
        return text
