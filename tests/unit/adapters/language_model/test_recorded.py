import dataclasses
import json

import pytest

from botyard.adapters.artifact_store.folder import FolderArtifacts
from botyard.adapters.language_model.recorded import Recorder, Replay, spent_usd
from botyard.adapters.language_model.secrets import SecretFilter
from botyard.errors import UserError
from botyard.records.conversation import Message, Request
from botyard.testing.language_model.scripted import ScriptedModel, call

CANARY = "canary-value-0123456789"
ASKED = Request("designer", "system", (Message("user", f"my key is {CANARY}, build ema 9"),))
FILTER = SecretFilter({"SOME_API_KEY": CANARY, "SHORT_KEY": "ema", "PLAIN": "build"})


def recorded(folder, *answers):
    model = ScriptedModel(designer=list(answers))
    return model, Recorder(model, FolderArtifacts(folder), FILTER)


def test_secrets_are_neither_sent_nor_kept(tmp_path):
    model, recorder = recorded(tmp_path, call("a", {"text": f"so it is {CANARY}"}))
    reply = recorder.ask(ASKED)
    assert model.asked[0].messages[0].text == "my key is [secret], build ema 9"
    assert reply.arguments == {"text": "so it is [secret]"}
    assert CANARY not in "".join(p.read_text() for p in tmp_path.rglob("*.json"))


@pytest.mark.parametrize(
    "secret",
    [
        "sk-ant-api03-AbCdEfGhIjKlMnOpQrSt",
        "AKIAIOSFODNN7EXAMPLE",
        "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1",
        "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----",
        "Bearer abcdefghijklmnop123456",
    ],
)
def test_keys_are_known_by_their_shape(secret):
    assert SecretFilter({}).text(f"use {secret} now") == "use [secret] now"


def test_a_run_is_repeated_without_its_model(tmp_path):
    answers = [call("a", {"z": 1, "n": 1}, cost_usd=0.25, seconds=1.5), call("b", {"n": 2}, cost_usd=0.5)]
    _, recorder = recorded(tmp_path / "first", *answers)
    said = [recorder.ask(ASKED), recorder.ask(ASKED)]
    again = FolderArtifacts(tmp_path / "second")
    replay = Recorder(Replay(FolderArtifacts(tmp_path / "first"), "1-x", FILTER), again, FILTER)
    again_said = [replay.ask(ASKED), replay.ask(ASKED)]
    assert again_said == said
    assert [list(r.arguments) for r in again_said] == [list(r.arguments) for r in said]  # a spec's order is its hash's
    first, second = (
        {p.name: p.read_bytes() for p in (tmp_path / name / "conversations").iterdir()} for name in ("first", "second")
    )
    assert first == second
    assert sorted(first) == ["designer-1.json", "designer-2.json"]
    assert spent_usd(FolderArtifacts(tmp_path / "first")) == 0.75


def test_a_changed_prompt_says_so(tmp_path):
    recorded(tmp_path, call("a", {}))[1].ask(ASKED)
    changed = dataclasses.replace(ASKED, messages=(Message("user", "build ema 21"),))
    with pytest.raises(UserError, match=r"the prompt has changed since run 1-x .*now “…build ema 21”"):
        Replay(FolderArtifacts(tmp_path), "1-x", FILTER).ask(changed)
    with pytest.raises(UserError, match="its instructions differ"):
        Replay(FolderArtifacts(tmp_path), "1-x", FILTER).ask(dataclasses.replace(ASKED, system="other"))


def test_a_recording_that_ends_earlier_says_so(tmp_path):
    recorded(tmp_path, call("a", {}))[1].ask(ASKED)
    replay = Replay(FolderArtifacts(tmp_path), "1-x", FILTER)
    replay.ask(ASKED)
    with pytest.raises(UserError, match=r"holds no conversations/designer-2\.json"):
        replay.ask(ASKED)


def test_a_run_that_goes_on_does_not_pay_twice(tmp_path):
    recorded(tmp_path, call("a", {"n": 1}))[1].ask(ASKED)
    model, recorder = recorded(tmp_path)
    assert recorder.ask(ASKED).arguments == {"n": 1}
    assert model.asked == []


def test_what_is_kept_says_what_was_asked(tmp_path):
    recorded(tmp_path, call("a", {"n": 1}))[1].ask(ASKED)
    kept = json.loads((tmp_path / "conversations" / "designer-1.json").read_text())
    assert kept["request"]["system"] == "system"
    assert kept["reply"]["arguments"] == {"n": 1}
    assert len(kept["request_hash"]) == 64
