"""A function's code in the runtime client that AWS uses: what it answers, and every way it can end."""

import json

import pytest

from botyard.testing.aws.runtime_api import Sandbox

CODE = """
import json, os, time

def handler(event, context):
    if event.get("do") == "raise":
        raise ValueError("no such bot")
    if event.get("do") == "sleep":
        time.sleep(60)
    if event.get("do") == "fill":
        held = bytearray(512 << 20)
    return {"name": context.function_name, "memory": context.memory_limit_in_mb, "set": os.environ["SET"], "event": event}
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("function")
    (folder / "good.py").write_text(CODE)
    (folder / "bad.py").write_text("import there_is_no_such_module\n")
    return folder


@pytest.fixture
def sandbox(root):
    made = Sandbox(root, "good.handler", name="tick", memory_mb=128, timeout=3, environment={"SET": "so"})
    yield made
    made.close()


def test_a_warm_function_answers_again_and_again_and_survives_its_own_errors(sandbox):
    first = sandbox.invoke('{"n": 1}')
    assert (first.failed, json.loads(first.body)) == (
        False,
        {"name": "tick", "memory": "128", "set": "so", "event": {"n": 1}},
    )
    wrong = sandbox.invoke('{"do": "raise"}')
    assert wrong.failed
    assert json.loads(wrong.body)["errorType"] == "ValueError"
    assert json.loads(wrong.body)["errorMessage"] == "no such bot"
    assert json.loads(sandbox.invoke('{"n": 2}').body)["event"] == {"n": 2}


def test_a_function_has_no_more_memory_than_it_is_given(sandbox):
    answer = sandbox.invoke('{"do": "fill"}')
    assert answer.failed
    assert json.loads(answer.body)["errorType"] in ("MemoryError", "Runtime.ExitError")


def test_a_function_that_takes_too_long_is_ended(root):
    slow = Sandbox(root, "good.handler", timeout=1, environment={"SET": ""})
    slow.invoke("{}")
    answer = slow.invoke('{"do": "sleep"}')
    assert json.loads(answer.body)["errorType"] == "Sandbox.Timedout"
    assert not slow.is_alive


def test_code_that_cannot_be_imported_says_so(root):
    broken = Sandbox(root, "bad.handler")
    answer = broken.invoke("{}")
    broken.close()
    assert answer.failed
    assert "there_is_no_such_module" in answer.body
