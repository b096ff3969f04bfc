"""What every ArtifactStore must keep: subclass it and give an empty `artifacts`, and `again` that opens the same place anew."""

from collections.abc import Callable

import pytest

from botyard.errors import InvariantError, NotFound
from botyard.ports import ArtifactStore


class ArtifactStoreSuite:
    """The contract."""

    def test_what_was_written_comes_back(self, artifacts: ArtifactStore) -> None:
        artifacts.write("research.json", b"\x00\xff{}")
        assert artifacts.read("research.json") == b"\x00\xff{}"

    def test_the_last_write_counts_wherever_it_is_read(
        self, artifacts: ArtifactStore, again: Callable[[], ArtifactStore]
    ) -> None:
        artifacts.write("charts/equity.svg", b"one")
        artifacts.path("charts/equity.svg")
        other = again()
        other.write("charts/equity.svg", b"two")
        assert artifacts.read("charts/equity.svg") == b"two"
        assert artifacts.path("charts/equity.svg").read_bytes() == b"two"

    def test_what_was_never_written_is_not_there(self, artifacts: ArtifactStore) -> None:
        artifacts.write("run.json", b"{}")
        assert artifacts.exists("run.json")
        assert not artifacts.exists("run")
        assert not artifacts.exists("design.json")
        with pytest.raises(NotFound, match=r"design\.json"):
            artifacts.read("design.json")

    def test_tools_find_a_file_and_its_neighbours(
        self, artifacts: ArtifactStore, again: Callable[[], ArtifactStore]
    ) -> None:
        artifacts.write("conversations/1.json", b"one")
        artifacts.write("conversations/2.json", b"two")
        place = again().path("conversations/any")
        assert place.parent.is_dir()
        assert {p.name: p.read_bytes() for p in place.parent.glob("*.json")} == {"1.json": b"one", "2.json": b"two"}

    @pytest.mark.parametrize("name", ["", "/etc/passwd", "../other/run.json", "charts/../../run.json"])
    def test_no_name_leaves_the_run(self, artifacts: ArtifactStore, name: str) -> None:
        for use in (artifacts.read, artifacts.exists, artifacts.path):
            with pytest.raises(InvariantError):
                use(name)
        with pytest.raises(InvariantError):
            artifacts.write(name, b"")
