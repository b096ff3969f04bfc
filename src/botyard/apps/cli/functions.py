"""`botyard functions`: what the spec language can compute."""

from typing import TYPE_CHECKING, Annotated

import typer

from botyard.apps.cli import console

if TYPE_CHECKING:
    from botyard.language.reference import Entry


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("functions")(show_functions)


def show_functions(
    name: Annotated[str | None, typer.Argument(help="One function; without it, all of them.")] = None,
    *,
    as_json: console.JsonOption = False,
) -> None:
    """Show the functions of the spec language, or one with formula, warm-up and example."""
    # the language brings pydantic, which --help does not need
    from botyard.language import reference

    found = [reference.entry(name)] if name else list(reference.entries())
    if as_json:
        console.print_json(found if name is None else found[0])
    elif name:
        _show_one(found[0])
    else:
        console.table("", ["function", "gives", "meaning"], [(e.signature, e.gives, e.meaning) for e in found])
        console.say(f"{len(found)} functions; `botyard functions NAME` shows one")


def _show_one(found: "Entry") -> None:
    console.say(found.signature, style="bold")
    console.say(
        f"{found.meaning}; gives a {found.gives}" if found.gives != "as x" else f"{found.meaning}; gives what x is"
    )
    lines = [
        ("formula", found.formula),
        ("between", found.between),
        ("known from bar", found.warm_up),
        ("example", found.example),
        ("differs", found.differs),
        ("source", found.source),
        ("family", found.family),
    ]
    for label, text in lines:
        if text:
            console.say(f"  {label}: {text}")
