"""What is deployed: the templates, the code of the functions, what the agents' image is made of; all from this installation.

In a clone these lie in the repository; an installed package carries them in botyard/infra.
"""

import hashlib
import io
import re
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import botyard
from botyard.errors import UserError

PACKAGE = Path(botyard.__file__).parent
BESIDE = ("pyproject.toml", "uv.lock", "README.md", "LICENSE")  # what the image is made of, beside the sources
LEFT_OUT = ("testing", "infra", "__pycache__")  # of the functions' code
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the files of a deployment lie."""

    infra: Path
    beside: Path  # the folder of pyproject.toml and the others

    def template(self, code: str, definition: str) -> str:
        """Return the control plane's template with these places of its code and its state machine."""
        text = (self.infra / "template.yaml").read_text()
        text = re.sub(r"CodeUri: .*", f"CodeUri: {code}", text)
        return re.sub(r"DefinitionUri: .*", f"DefinitionUri: {definition}", text)

    def parameters(self) -> frozenset[str]:
        """Return the names of the template's parameters."""
        part = (self.infra / "template.yaml").read_text().partition("\nParameters:\n")[2]
        return frozenset(
            re.findall(r"^  (\w+):$", re.split(r"^\w", part, maxsplit=1, flags=re.MULTILINE)[0], re.MULTILINE)
        )

    def definition(self) -> bytes:
        """Return the state machine."""
        return (self.infra / "pipeline.asl.json").read_bytes()

    def image_tag(self) -> str:
        """Return a tag that changes when anything in the agents' image would."""
        files = {name: self.beside / name for name in BESIDE}
        files |= {f"infra/{path.name}": path for path in self.infra.iterdir() if path.name not in BESIDE}
        named = {name: path.read_bytes() for name, path in files.items()} | _package(left_out=("infra", "__pycache__"))
        return _hash(named)[:16]

    def lay_out(self, folder: Path) -> None:
        """Lay what the image is made of into an empty folder, as infra/Dockerfile wants it."""
        for name in BESIDE:
            shutil.copyfile(self.beside / name, folder / name)
        shutil.copyfile(self.infra / "Dockerfile", folder / "Dockerfile")
        shutil.copytree(self.infra, folder / "infra", ignore=shutil.ignore_patterns(*BESIDE))
        shutil.copytree(PACKAGE, folder / "src" / "botyard", ignore=shutil.ignore_patterns("__pycache__", "infra"))


def find() -> Sources:
    """Find the files. Raises: UserError when this installation has none."""
    for infra, beside in (
        (PACKAGE / "infra", PACKAGE / "infra"),
        (PACKAGE.parents[1] / "infra", PACKAGE.parents[1]),
    ):
        if (infra / "template.yaml").exists() and all((beside / name).exists() for name in BESIDE):
            return Sources(infra, beside)
    raise UserError(
        f"this installation in {PACKAGE} carries no infra/template.yaml; deploy from a clone of the repository"
    )


def functions_code() -> bytes:
    """Return the zip that webhook and notifier run: this package without what they never need. The same files, the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in sorted(_package(left_out=LEFT_OUT).items()):
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def _package(left_out: tuple[str, ...]) -> dict[str, bytes]:
    found = {}
    for path in PACKAGE.rglob("*"):
        parts = path.relative_to(PACKAGE).parts
        if path.is_file() and parts[0] not in left_out and "__pycache__" not in parts:
            found["/".join(("botyard", *parts))] = path.read_bytes()
    return found


def _hash(files: Mapping[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return whole.hexdigest()
