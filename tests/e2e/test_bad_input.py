"""Bad input gets one clear line and exit code 2; nothing is lost or half-written."""

import pytest

from botyard.testing.command import Command

GOOD_CSV = (
    "timestamp,open,high,low,close,volume\n2024-01-01 00:00:00,10,11,9,10.5,3\n2024-01-01 00:05:00,10.5,12,10,11,4\n"
)


@pytest.fixture
def botyard(tmp_path):
    return Command(tmp_path)


def is_one_clear_line(done):
    return done.code == 2 and "Traceback" not in done.err and done.err.startswith("error: ")


@pytest.mark.parametrize("minutes", ["0", "7", "five"])
def test_minutes_that_are_no_bar_length(botyard, minutes):
    done = botyard.run("pipeline", "fast ema crosses slow ema", minutes)
    assert is_one_clear_line(done)
    assert repr(minutes) in done.error
    assert "15" in done.error
    assert not list((botyard.home / "botyard").glob("runs/*"))


def test_an_empty_idea(botyard):
    done = botyard.run("pipeline", "  ", "5")
    assert is_one_clear_line(done)
    assert "empty" in done.error


@pytest.mark.parametrize("idea", ["asdf qwer zxcv", "what is the weather"])
def test_an_unknown_idea_is_asked_about(botyard, idea):
    done = botyard.run("pipeline", idea, "5", "--market", "demo")
    assert done.code == 3
    assert "Traceback" not in done.err
    assert "?" in done.out or "Refused" in done.out


def test_an_empty_market_says_how_to_fill_it(botyard):
    done = botyard.run("pipeline", "fast ema crosses slow ema", "5", "--market", "imported")
    assert is_one_clear_line(done)
    assert "data import" in done.error


def test_a_market_that_does_not_exist(botyard):
    done = botyard.run("pipeline", "fast ema crosses slow ema", "5", "--market", "moon")
    assert is_one_clear_line(done)
    assert "moon" in done.error


@pytest.mark.parametrize(
    ("name", "content", "named"),
    [
        ("A_USDT-5m.csv", GOOD_CSV.replace("high,low", "low,high"), "high"),
        ("A_USDT-5m.csv", "", "empty"),
        ("A_USDT-5m.csv", "a,b\n1,2\n", "column"),
        ("A_USDT-5m.feather", "ARROW1 and then nothing of the kind", "A_USDT-5m.feather"),
        ("A_USDT-5m.parquet", "PAR1", "A_USDT-5m.parquet"),
        ("notes.txt", "hello", "notes.txt"),
    ],
)
def test_files_that_are_no_bars(botyard, tmp_path, name, content, named):
    (tmp_path / name).write_text(content)
    done = botyard.run("data", "import", str(tmp_path / name))
    assert is_one_clear_line(done)
    assert named in done.error
    assert botyard.run("data", "list", "--json").out.count("A/USDT") == 0


def test_a_file_that_is_not_there(botyard):
    done = botyard.run("data", "import", "nowhere.csv")
    assert done.code == 2
    assert "nowhere.csv" in done.error


def test_a_full_disk_keeps_what_was_there(botyard, tmp_path):
    (tmp_path / "A_USDT-5m.csv").write_text(GOOD_CSV)
    assert botyard.run("data", "import", str(tmp_path / "A_USDT-5m.csv")).code == 0
    before = botyard.run("data", "list", "--json").out
    rows = "".join(
        f"2024-01-{1 + k // 288:02}T{k % 288 // 12:02}:{k % 12 * 5:02}:00,10,11,9,10.5,3\n" for k in range(8000)
    )
    (tmp_path / "B_USDT-5m.csv").write_text("timestamp,open,high,low,close,volume\n" + rows)
    done = botyard.run("data", "import", str(tmp_path / "B_USDT-5m.csv"), max_file_bytes=20_000)
    assert is_one_clear_line(done)
    assert botyard.run("data", "list", "--json").out == before


@pytest.mark.parametrize("command", [["why"], ["pnl"], ["trace"], ["pause"], ["resume"], ["kill", "--yes"]])
def test_an_unknown_bot(botyard, command):
    done = botyard.run(*command, "nobody")
    assert is_one_clear_line(done)
    assert "nobody" in done.error


def test_an_unknown_run(botyard):
    done = botyard.run("show", "9")
    assert is_one_clear_line(done)


def test_an_unknown_option_is_bad_input(botyard):
    assert botyard.run("pipeline", "x", "5", "--nope").code == 2
