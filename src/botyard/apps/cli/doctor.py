"""`botyard doctor`: is everything well, and what to do where it is not."""

import typer

from botyard.apps.cli import console

SIGNS = {"good": ("ok", "green"), "note": ("–", "dim"), "bad": ("!!", "red")}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(as_json: console.JsonOption = False) -> None:
    """Look over machine, home, exchanges, keys and bots. Ends with code 1 when something is wrong."""
    from botyard.apps.doctor import examine

    found = []
    for finding in examine():
        found.append(finding)
        if not as_json:
            sign, style = SIGNS[finding.health]
            remedy = f" → {finding.remedy}" if finding.remedy else ""
            console.say(f"{sign:<2} {finding.what:<10} {finding.text}{remedy}", style=style)
    if as_json:
        console.print_json(found)
    if any(finding.health == "bad" for finding in found):
        raise typer.Exit(1)
