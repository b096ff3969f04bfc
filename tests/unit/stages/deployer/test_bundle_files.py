"""The zip: nothing but its content decides its bytes, and nothing heavy is in it."""

import ast
import io
import subprocess
import sys
import zipfile

import pytest

from botyard.errors import ConfigError, InvariantError
from botyard.stages.deployer import bundle
from botyard.stages.deployer.bundle import build_bundle, bundle_hash, unzip_files

BUILD = """
import sys
from botyard.stages.deployer.bundle import build_bundle, bundle_hash
print(bundle_hash(build_bundle("A = 1\\n", "{}", b"{}", "Asia/Tokyo")))
"""


def made() -> bytes:
    return build_bundle("A = 1\n", "{}", b"{}", "Asia/Tokyo")


def test_another_process_makes_the_same_bytes():
    done = subprocess.run(
        [sys.executable, "-c", BUILD],
        env={"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == bundle_hash(made())


def test_names_are_sorted_and_times_fixed():
    with zipfile.ZipFile(io.BytesIO(made())) as archive:
        entries = archive.infolist()
    assert [e.filename for e in entries] == sorted(e.filename for e in entries)
    assert {e.date_time for e in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {"__main__.py", "bot.json", "strategy.py", "strategy_spec.json"} <= {e.filename for e in entries}


def test_it_imports_the_standard_library_and_itself_only():
    beside = {"replay", "wake"}
    for name, data in unzip_files(made()).items():
        if not name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(data)):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            for module in modules:
                top = module.partition(".")[0]
                assert top in sys.stdlib_module_names or top == "botyard" or top in beside, f"{name} imports {module}"


def test_it_carries_the_paper_venue_and_no_research():
    names = set(unzip_files(made()))
    assert {n for n in names if n.startswith("botyard/adapters/venue/paper")} != set()
    assert not [n for n in names if n.startswith("botyard/adapters/venue/ccxt")]
    assert not [n for n in names if n.startswith(("botyard/engine", "botyard/language", "botyard/stages"))]
    assert "botyard/records/schema.py" not in names
    assert "botyard/adapters/artifact_store/folder.py" not in names


def test_it_carries_the_rules_of_its_time_zone():
    files = unzip_files(made())
    assert files["zoneinfo/Asia/Tokyo"].startswith(b"TZif")
    assert "zoneinfo/UTC" in files


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "America"])
def test_a_time_zone_that_is_not_known_is_named(zone):
    with pytest.raises(ConfigError, match="is not known; use a name such as"):
        build_bundle("", "{}", b"{}", zone)


def test_an_installation_that_lacks_a_part_is_a_bug(monkeypatch):
    monkeypatch.setattr(bundle, "MODULES", ("adapters/venue/absent.py",))
    with pytest.raises(InvariantError, match=r"needs botyard/adapters/venue/absent\.py"):
        made()
