import dataclasses
import json
import sqlite3
import threading
import zipfile

import pytest
from typer.testing import CliRunner

from botyard.adapters.fleet_store.sqlite import SqliteFleet
from botyard.apps import bots, settings, up
from botyard.apps.cli.main import app
from botyard.apps.operations import backup, halts
from botyard.errors import BotyardError, UserError
from botyard.testing.bots import live

WORLD = live.rules()
BARS = live.made_up_bars(90, seed=93)


@pytest.fixture
def played(tmp_path, monkeypatch):
    """A home whose bot has played half of its bars."""
    home = tmp_path / "first"
    monkeypatch.setattr(settings, "_overrides", {"home": home})
    live.write_market(home / "market" / "demo", WORLD, BARS)
    folder = live.write_bundle(home / "bots" / "swing-1", WORLD)
    store = SqliteFleet(home / "fleet.db", durable=False)
    store.add_bot(live.bot(live.deployed(WORLD), bundle=str(folder), live_from_ms=BARS[20].open_ms))
    store.close()
    run = home / "runs" / "1-swing"
    run.mkdir(parents=True)
    (run / "run.json").write_text('{"idea": "swing it"}')
    botyard("up", "--until", "2025-01-01T04:00")
    return home


def botyard(*arguments):
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if isinstance(result.exception, BotyardError):
        raise result.exception
    return result


def move_to(home):
    settings.use_home(home)
    home.mkdir(parents=True, exist_ok=True)


def rows(home, name, table, columns="*"):
    db = sqlite3.connect(home / name)
    found = db.execute(f"SELECT {columns} FROM {table}").fetchall()
    db.close()
    return found


def test_a_restored_bot_goes_on_with_equal_bytes(played, tmp_path):
    saved = tmp_path / "fleet.zip"
    assert "saved 1 bot(s)" in botyard("backup", saved).output
    botyard("up", "--speed", "0")
    journal, fills = rows(played, "fleet.db", "journal"), rows(played, "paper.db", "fills")
    move_to(tmp_path / "second")
    assert "restored 1 bot(s)" in botyard("restore", saved).output
    assert bots.open_fleet().bot("swing-1").bundle == str(tmp_path / "second" / "bots" / "swing-1")
    played.rename(tmp_path / "gone")  # nothing of it is needed
    botyard("up", "--speed", "0")
    assert len(fills) > 2
    assert rows(tmp_path / "second", "fleet.db", "journal") == journal
    assert rows(tmp_path / "second", "paper.db", "fills") == fills
    assert rows(tmp_path / "second", "fleet.db", "snapshots") == rows(tmp_path / "gone", "fleet.db", "snapshots")
    assert json.loads(botyard("trace", "swing-1", "--json").output)["idea"] == "swing it"


def test_a_fleet_is_saved_while_it_ticks(played, tmp_path):
    first = tmp_path / "0.zip"
    backup.save(first)
    places, failures, done = [first], [], threading.Event()

    def save_again_and_again():
        while not done.is_set() and len(places) < 6:
            place = tmp_path / f"{len(places)}.zip"
            try:
                backup.save(place)
            except BotyardError as e:
                failures.append(e)
            places.append(place)

    saver = threading.Thread(target=save_again_and_again)
    saver.start()
    botyard("up", "--speed", "0")
    done.set()
    saver.join()
    assert failures == []
    decided = "bar_ms, json_extract(data, '$.words'), json_extract(data, '$.row'), json_extract(data, '$.equity')"
    expected = rows(played, "fleet.db", "journal WHERE kind='decision'", decided)
    for number, place in enumerate(places):
        move_to(tmp_path / f"home{number}")
        backup.restore(place)
        botyard("up", "--speed", "0")
        assert rows(settings.home(), "fleet.db", "journal WHERE kind='decision'", decided) == expected
        assert rows(settings.home(), "paper.db", "positions") == rows(played, "paper.db", "positions")


def test_a_living_fleet_is_not_written_over_without_force(played, tmp_path):
    saved = tmp_path / "fleet.zip"
    backup.save(saved)
    botyard("up", "--speed", "0")
    before = rows(played, "fleet.db", "journal")
    with pytest.raises(UserError, match=r"living fleet: swing-1.*--force"):
        botyard("restore", saved)
    assert rows(played, "fleet.db", "journal") == before
    botyard("restore", saved, "--force")
    assert len(rows(played, "fleet.db", "journal")) < len(before)
    [aside] = played.glob("before-restore-*")
    assert rows(aside, "fleet.db", "journal") == before
    assert (aside / "bots" / "swing-1" / "strategy.py").exists()


def test_what_was_tried_is_never_taken_back(played, tmp_path):
    saved = tmp_path / "fleet.zip"
    for word in ("old", "new"):
        db = sqlite3.connect(played / "trials.db")
        db.execute("CREATE TABLE IF NOT EXISTS tried (word TEXT)")
        db.execute("INSERT INTO tried VALUES (?)", (word,))
        db.commit()
        db.close()
        if word == "old":
            backup.save(saved)
    botyard("restore", saved, "--force")
    assert rows(played, "trials.db", "tried") == [("old",), ("new",)]


def test_while_the_fleet_ticks_nothing_is_restored(played, tmp_path):
    backup.save(tmp_path / "fleet.zip")
    with up.alone(), pytest.raises(UserError, match="another botyard up"):
        botyard("restore", tmp_path / "fleet.zip", "--force")


def test_a_bot_at_an_exchange_comes_back_halted(played, tmp_path):
    store = bots.open_fleet()
    what = live.deployed(WORLD, feed="live")
    bundle = str(played / "bots" / "swing-1")
    store.add_bot(dataclasses.replace(live.bot(what, name="real-1", mode="testnet", bundle=bundle)))
    store.close()
    backup.save(tmp_path / "fleet.zip")
    move_to(tmp_path / "second")
    backup.restore(tmp_path / "fleet.zip")
    store = bots.open_fleet()
    assert store.bot("swing-1").status == "running"
    assert store.bot("real-1").status == "halted"
    assert halts.of(store.bot("real-1").reason).code == "restored"


def doctored(place, name, data):
    with zipfile.ZipFile(place) as file:
        parts = {n: file.read(n) for n in file.namelist()}
    parts[name] = data
    with zipfile.ZipFile(place, "w") as file:
        for key, value in parts.items():
            file.writestr(key, value)


@pytest.mark.parametrize("name", ["bots/swing-1/strategy.py", "../evil", "fleet.db"])
def test_a_byte_that_was_not_saved_is_refused(played, tmp_path, name):
    saved = tmp_path / "fleet.zip"
    backup.save(saved)
    doctored(saved, name, b"print('mine now')")
    move_to(tmp_path / "second")
    with pytest.raises(UserError, match="not what was saved"):
        backup.restore(saved)
    assert list((tmp_path / "second").iterdir()) == []
    assert not (tmp_path / "evil").exists()


def test_a_place_outside_is_refused_even_with_its_hash(played, tmp_path):
    saved = tmp_path / "fleet.zip"
    backup.save(saved)
    with zipfile.ZipFile(saved) as file:
        manifest = json.loads(file.read(backup.MANIFEST))
    manifest["sha256"]["../evil"] = "a" * 64
    import hashlib

    manifest["sha256"]["../evil"] = hashlib.sha256(b"x").hexdigest()
    doctored(saved, "../evil", b"x")
    doctored(saved, backup.MANIFEST, json.dumps(manifest).encode())
    move_to(tmp_path / "second")
    with pytest.raises(UserError, match="outside of the home"):
        backup.restore(saved)
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("data", [b"", b"no zip", None])
def test_what_is_no_backup_is_said(played, tmp_path, data):
    place = tmp_path / "x.zip"
    if data is not None:
        place.write_bytes(data)
    move_to(tmp_path / "second")
    with pytest.raises(UserError, match=r"no whole backup|cannot read"):
        backup.restore(place)


def test_an_empty_home_has_nothing_to_save(home, tmp_path):
    with pytest.raises(UserError, match="no fleet"):
        backup.save(tmp_path / "x.zip")


def test_the_daily_copy_is_made_once_a_day_and_seven_are_kept(played):
    day_ms = 86_400_000
    assert backup.save_daily(0).name == "fleet-1970-01-01.zip"
    assert backup.save_daily(5) is None
    for day in range(1, 10):
        backup.save_daily(day * day_ms)
    kept = sorted(path.name for path in (played / "copies").iterdir())
    assert kept == [f"fleet-1970-01-{day:02}.zip" for day in range(4, 11)]
