"""The house stays as ARCHITECTURE.md draws it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TEXTS = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "*.py", "*.md", "*.toml", "Makefile", "*.j2"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
]


def test_floors_hold():
    from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

    assert lint_imports(config_filename=str(ROOT / ".importlinter"), no_cache=True) == EXIT_STATUS_SUCCESS


def test_files_stay_readable():
    long = {str(p.relative_to(ROOT)): n for p in SOURCES if (n := len(p.read_text().splitlines())) > 400}
    assert not long, f"over 400 lines, two rooms in one? {long}"


def test_folders_stay_readable():
    full = {
        str(folder.relative_to(ROOT)): n
        for folder in {p.parent for p in SOURCES}
        if (n := sum(p.suffix == ".py" and p.name != "__init__.py" for p in folder.iterdir())) > 15
    }
    assert not full, f"over 15 files in a folder: {full}"


def test_every_package_says_what_it_is_for():
    silent = []
    for folder in {p.parent for p in SOURCES}:
        door = folder / "__init__.py"
        if not door.exists():
            door = folder / "__main__.py"  # the root of a bundle is a program, not a package
        if not door.exists() or not ast.get_docstring(ast.parse(door.read_text())):
            silent.append(str(folder.relative_to(ROOT)))
    assert not silent


def test_no_marker_words_are_left_behind():
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    left = [
        str(p.relative_to(ROOT)) for p in TEXTS if p.exists() and p != Path(__file__) and marks.search(p.read_text())
    ]
    assert not left


def test_errors_are_all_in_the_drawn_tree():
    import botyard.errors

    drawn = set(re.findall(r"[A-Z]\w+", botyard.errors.__doc__ or ""))
    defined = {name for name, value in vars(botyard.errors).items() if isinstance(value, type)}
    assert defined <= drawn


HEAVY = ("numba", "numpy", "optuna", "pyarrow", "matplotlib", "scipy", "jinja2", "rich", "pydantic", "sqlite3")


# typer reads a command's own options with pydantic
@pytest.mark.parametrize(("command", "heavy"), [(["--help"], HEAVY), (["fleet", "--help"], HEAVY[:-2])])
def test_start_up_loads_nothing_heavy(command, heavy):
    code = (
        "import sys; from botyard.apps.cli.main import app\n"
        f"try: app({command!r}, standalone_mode=False)\n"
        "except SystemExit: pass\n"
        f"print('LOADED', [m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("LOADED []")


def test_every_command_is_in_the_readme():
    from typer.main import get_command

    from botyard.apps.cli.main import app

    readme = (ROOT / "README.md").read_text()
    top = get_command(app)
    names = []
    for name, command in top.commands.items():  # type: ignore[attr-defined]
        names += [f"{name} {sub}" for sub in getattr(command, "commands", {})] or [name]
    missing = [name for name in names if f"botyard {name}" not in readme]
    assert not missing


def test_lock_names_public_registries_only():
    hosts = set(re.findall(r"https?://([^/\"]+)", (ROOT / "uv.lock").read_text()))
    assert hosts <= {"pypi.org", "files.pythonhosted.org"}
