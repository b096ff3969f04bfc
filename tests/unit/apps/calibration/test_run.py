import json
from dataclasses import dataclass

import pytest

from botyard.apps.calibration.run import Setting, answer_all, read, spent
from botyard.errors import UserError
from botyard.testing.progress import RecordedProgress

SETTING = Setting("the rule", 20, 3840, "")


@dataclass(frozen=True)
class Square:
    value: int


class KilledError(Exception):
    pass


def ask(numbers, file, setting=SETTING, *, dies_at=None):
    """Square numbers; returns the answers and what was worked on."""
    worked = []

    def work(number, tell):
        if number == dies_at:
            raise KilledError
        worked.append(number)
        tell(1)
        return Square(number**2)

    tasks = {f"square of {n}": n for n in numbers}
    progress = RecordedProgress()
    found = answer_all(tasks, work, Square, file, setting, workers=1, progress=progress)
    assert progress.totals == {file.stem: len(worked)} == progress.done
    return found, worked


def test_answers_come_in_the_order_of_the_questions(tmp_path):
    found, worked = ask([3, 1, 2], tmp_path / "a.jsonl")
    assert found == [Square(9), Square(1), Square(4)]
    assert worked == [3, 1, 2]


def test_a_killed_run_goes_on_where_it_was(tmp_path):
    file = tmp_path / "deep" / "a.jsonl"
    with pytest.raises(KilledError):
        ask([1, 2, 3, 4], file, dies_at=3)
    found, worked = ask([1, 2, 3, 4], file)
    assert found == [Square(1), Square(4), Square(9), Square(16)]
    assert worked == [3, 4]
    assert ask([1, 2, 3, 4], file)[1] == []


def test_a_line_that_was_cut_off_is_asked_again(tmp_path):
    file = tmp_path / "a.jsonl"
    ask([1, 2, 3], file)
    file.write_text(file.read_text()[:-9])
    found, worked = ask([1, 2, 3], file)
    assert worked == [3]
    assert found == [Square(1), Square(4), Square(9)]
    assert all(json.loads(line) for line in file.read_text().splitlines())


def test_a_wider_list_asks_only_what_is_new(tmp_path):
    file = tmp_path / "a.jsonl"
    ask([1, 2], file)
    assert ask([2, 5], file) == ([Square(4), Square(25)], [5])


@pytest.mark.parametrize("cut", [0, 20])
def test_a_file_whose_first_line_is_cut_off_begins_anew(tmp_path, cut):
    file = tmp_path / "a.jsonl"
    ask([1], file)
    file.write_text(file.read_text()[:cut])
    assert ask([1], file)[1] == [1]


def test_answers_of_another_setting_are_not_mixed_in(tmp_path):
    file = tmp_path / "a.jsonl"
    ask([1], file)
    with pytest.raises(UserError, match=r"another setting.*--folder"):
        ask([1], file, Setting("another rule", 20, 3840, ""))
    assert read(file, Square, SETTING) == {"square of 1": Square(1)}


def test_a_file_of_something_else_is_refused(tmp_path):
    file = tmp_path / "a.jsonl"
    file.write_text("hello\n")
    with pytest.raises(UserError, match="cannot be read"):
        ask([1], file)


def test_the_time_of_calls_adds_up_each_until_its_last_answer(tmp_path):
    file = tmp_path / "a.jsonl"
    assert spent(file).wall_seconds == 0.0
    rows = [(3.0, 1.0), (9.0, 2.0), (4.0, 3.0), (4.0, 6.0)]  # stopped after the second, begun again
    lines = ["{}", *(json.dumps({"after": after, "load": load}) for after, load in rows)]
    file.write_text("\n".join(lines) + "\n")
    assert (spent(file).wall_seconds, spent(file).load) == (13.0, 3.0)
