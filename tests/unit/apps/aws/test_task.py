import threading

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from botyard.apps.aws.task import Task
from botyard.errors import RetryableError


class Waiting:
    """Stands for Step Functions, which moto's lacks: it knows no heartbeats."""

    def __init__(self, *answers):
        self.answers, self.said, self.beats = list(answers), [], threading.Semaphore(0)

    def _take(self, method, what):
        self.said.append((method, what))
        self.beats.release()
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer

    def send_task_heartbeat(self, **what):
        self._take("heartbeat", what)

    def send_task_success(self, **what):
        self._take("success", what)

    def send_task_failure(self, **what):
        self._take("failure", what)


def said_no(code):
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "SendTask")


OFFLINE = EndpointConnectionError(endpoint_url="https://states")


def test_it_beats_while_the_work_goes_on_and_not_after():
    service = Waiting()
    with Task(service, "token", beat_seconds=0.01).beating():
        for _ in range(3):
            assert service.beats.acquire(timeout=10)
    assert {what["taskToken"] for _, what in service.said} == {"token"}
    n_said = len(service.said)
    assert not threading.Event().wait(0.05)  # several beats' time
    assert len(service.said) == n_said


def test_a_beat_that_does_not_get_through_stops_neither_the_work_nor_the_next_one():
    service = Waiting(OFFLINE, said_no("ThrottlingException"))
    with Task(service, "token", beat_seconds=0.01).beating():
        for _ in range(3):
            assert service.beats.acquire(timeout=10)


def test_nobody_is_beaten_for_once_the_wait_is_over():
    service = Waiting(said_no("TaskTimedOut"))
    with Task(service, "token", beat_seconds=0.01).beating():
        assert service.beats.acquire(timeout=10)
        assert not service.beats.acquire(timeout=0.1)


def test_work_that_raises_ends_the_beats():
    task = Task(Waiting(), "token", beat_seconds=60.0)
    with pytest.raises(ZeroDivisionError), task.beating():
        raise ZeroDivisionError
    assert not [t for t in threading.enumerate() if t.name.endswith("(_beat)")]


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_second_report_is_no_error(code):
    assert Task(Waiting(), "token").succeed({"outcome": "done"})
    assert not Task(Waiting(said_no(code)), "token").succeed({"outcome": "done"})
    assert not Task(Waiting(said_no(code)), "token").fail("Refused", "why")


@pytest.mark.parametrize("trouble", [OFFLINE, said_no("AccessDeniedException")])
def test_a_report_that_is_not_taken_is_told(trouble):
    with pytest.raises(RetryableError):
        Task(Waiting(trouble), "token").succeed({})


def test_a_cause_is_cut_to_what_step_functions_takes():
    service = Waiting()
    Task(service, "token").fail("Crash", "x" * 40_000)
    assert len(service.said[0][1]["cause"]) <= 32_768
