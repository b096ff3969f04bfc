import os
import time

import pytest

from botyard.errors import DataError, InvariantError
from botyard.search.crew import Crew
from botyard.testing import crew_work


def _run(workers: int, tasks: list[int]) -> tuple[dict[int, int], int]:
    told = []
    with Crew(crew_work.square, workers) as crew:
        numbers = {crew.submit(task): task for task in tasks}
        answers = {numbers[number]: answer for number, answer in crew.results(told.append)}
    return answers, sum(told)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_answers_and_progress_do_not_depend_on_the_number_of_workers(workers):
    answers, told = _run(workers, [3, 1, 2, 5, 4])
    assert answers == {1: 1, 2: 4, 3: 9, 4: 16, 5: 25}
    assert told == 5


def test_one_worker_means_this_process():
    with Crew(crew_work.answer_pid, 1) as crew:
        crew.submit(0)
        assert [pid for _, pid in crew.results(lambda _: None)] == [os.getpid()]


def test_more_workers_are_other_processes():
    with Crew(crew_work.answer_pid, 2) as crew:
        crew.submit(0)
        assert [pid for _, pid in crew.results(lambda _: None)] != [os.getpid()]


def test_tasks_may_be_added_while_answers_come():
    seen = []
    with Crew(crew_work.square, 2) as crew:
        crew.submit(2)
        for _, answer in crew.results(lambda _: None):
            seen.append(answer)
            if answer < 100:
                crew.submit(answer)
    assert seen == [4, 16, 256]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_task_raises_is_raised_here(workers):
    with Crew(crew_work.refuse, workers) as crew:
        crew.submit(7)
        with pytest.raises(DataError, match="task 7 has no bars"):
            list(crew.results(lambda _: None))


def test_a_dead_worker_is_noticed():
    with Crew(crew_work.die, 2) as crew:
        crew.submit(9)
        with pytest.raises(InvariantError, match="exit code 9"):
            list(crew.results(lambda _: None))


def test_leaving_ends_the_workers_at_once():
    started = time.monotonic()
    pids = []

    def stop(pid: int) -> None:
        pids.append(pid)
        raise KeyboardInterrupt

    def run() -> None:
        with Crew(crew_work.sleep_long, 2) as crew:
            crew.submit(0)
            list(crew.results(stop))

    with pytest.raises(KeyboardInterrupt):
        run()
    assert time.monotonic() - started < 30
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
