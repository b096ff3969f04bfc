"""What a bot that trades at an exchange needs beyond its bundle: our adapter, and ccxt cut to that one exchange.

ccxt whole is 17 MB of exchanges, of which one is spoken to. What is not ours lies below one folder of the zip, so that
the bundle can still be told from it. Deployer and function are the same platform and Python (infra/Dockerfile).
"""

import importlib.util
from pathlib import Path

import botyard
from botyard.adapters.venue.ccxt.table import find_venue
from botyard.errors import ConfigError
from botyard.stages.deployer.bundle import unzip_files, zip_files

FOLDER = "exchange"
"""Where in the zip it lies; the function puts it before everything else that can be imported."""

_ADAPTER = "adapters/venue/ccxt"
_PACKAGES = ("requests", "urllib3", "idna", "certifi", "charset_normalizer", "cryptography", "_cffi_backend")
_KINDS = (".py", ".so", ".pem")
_ONE = "from ccxt.base.errors import *\nfrom ccxt.base.exchange import Exchange\nfrom ccxt.{name} import {name}\n"


def with_exchange(bundle: bytes, venue: str) -> bytes:
    """Return the bundle with all that it needs to trade at a venue; the same again gives the same bytes.

    Raises: ConfigError when a library is not installed here; NotFound for another venue.
    """
    files = unzip_files(bundle)
    root = Path(botyard.__file__).parent
    files |= {f"botyard/{_ADAPTER}/{path.name}": path.read_bytes() for path in (root / _ADAPTER).glob("*.py")}
    files |= _ccxt(find_venue(venue).ccxt_id)
    for name in _PACKAGES:
        files |= _package(name)
    return zip_files(files)


def _ccxt(exchange: str) -> dict[str, bytes]:
    import ccxt

    root = Path(ccxt.__file__).parent
    parts = {one.__module__ for one in getattr(ccxt, exchange).__mro__ if one.__module__.startswith("ccxt.")}
    paths = [root.parent / f"{part.replace('.', '/')}.py" for part in parts]
    paths += [*(root / "base").glob("*.py"), root / "abstract" / "__init__.py"]
    files = {_name(path, root.parent): path.read_bytes() for path in paths}
    return {**files, f"{FOLDER}/ccxt/__init__.py": _ONE.format(name=exchange).encode()}


def _package(name: str) -> dict[str, bytes]:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ConfigError(
            f"{name} is not installed, and a bot that trades at an exchange needs it; install botyard anew"
        )
    path = Path(found.origin)
    if not found.submodule_search_locations:
        return {_name(path, path.parent): path.read_bytes()}
    root = path.parent
    # its compiled half needs a library of another name, and does the same
    kinds = (".py",) if name == "charset_normalizer" else _KINDS
    return {_name(one, root.parent): one.read_bytes() for one in root.rglob("*") if one.suffix in kinds}


def _name(path: Path, root: Path) -> str:
    return f"{FOLDER}/{path.relative_to(root).as_posix()}"
