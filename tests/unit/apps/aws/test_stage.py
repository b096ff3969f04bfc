"""`botyard stage`, run as an agent runs it; research itself is held in tests of its own."""

import dataclasses
import hashlib
import json

import pytest
import typer
from typer.testing import CliRunner

from botyard import pipeline
from botyard.adapters.artifact_store.s3 import S3Artifacts
from botyard.apps import settings
from botyard.apps.aws import agent, command
from botyard.errors import NoInstrument, NotFound, Refused, UserError
from botyard.records import codec
from botyard.records.ranking import Ranking
from botyard.records.run import RUN_FILE, RunRecord, StageRecord
from botyard.testing.ports import loopback_aws

IDEA = "fast ema crosses slow ema"
BUCKET = "artifacts-of-tests"


@pytest.fixture(scope="module")
def endpoint():
    with loopback_aws.moto_server() as address:
        loopback_aws.make_bucket(address, BUCKET)
        loopback_aws.make_table(address, "fleet-of-tests")
        yield address


@pytest.fixture
def aws(endpoint, monkeypatch):
    names = {"AWS_ENDPOINT_URL": endpoint, "AWS_REGION": loopback_aws.REGION, "AWS_DEFAULT_REGION": loopback_aws.REGION}
    keys = {"AWS_ACCESS_KEY_ID": loopback_aws.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": loopback_aws.SECRET_KEY}
    for name, value in (names | keys | {"BOTYARD_TABLE": "fleet-of-tests"}).items():
        monkeypatch.setenv(name, value)
    return endpoint


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "_overrides", {"home": tmp_path / "home"})
    monkeypatch.delenv("BOTYARD_TASK_TOKEN", raising=False)
    return tmp_path / "home"


def stage(*arguments):
    app = typer.Typer()
    command.register(app)
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False, standalone_mode=False)


def record(run_id, idea=IDEA, **more):
    given = {"timeframe": "1h", "market": "demo", "seed": 1, "trials": 5, "created_ms": 1_764_547_200_000} | more
    return RunRecord(run_id=run_id, idea=idea, outcome="running", **given)


@pytest.fixture
def run_folder(tmp_path):
    folder = tmp_path / "1-ema"
    folder.mkdir()
    (folder / RUN_FILE).write_bytes(codec.dump(record("1-ema")))
    return folder


def kept(folder):
    return codec.load(RunRecord, (folder / RUN_FILE).read_bytes())


def test_a_stage_writes_its_hand_over_and_goes_no_further(run_folder):
    said = stage("designer", "--run", str(run_folder))
    assert "designer of run 1-ema: done: ema" in said.output
    assert [one.name for one in kept(run_folder).stages] == ["designer"]
    assert kept(run_folder).outcome == "running"
    assert {"design.json", "strategy.py", "report.html"} <= {p.name for p in run_folder.iterdir()}
    assert not (run_folder / "ranking.json").exists()


def test_started_twice_it_changes_nothing(run_folder):
    stage("designer", "--run", str(run_folder))
    before = {p.name: p.read_bytes() for p in run_folder.iterdir() if p.suffix == ".json"}
    said = stage("designer", "--run", str(run_folder), "--json")
    assert json.loads(said.output)["outcome"] == "done"
    assert {p.name: p.read_bytes() for p in run_folder.iterdir() if p.suffix == ".json"} == before


@pytest.mark.parametrize("outcome", ["interrupted", "failed", "rejected", "no_instrument", "deployed"])
def test_what_became_of_later_stages_does_not_undo_one_that_is_done(run_folder, outcome):
    stage("designer", "--run", str(run_folder))
    left = dataclasses.replace(kept(run_folder), outcome=outcome, text="of a later stage")
    (run_folder / RUN_FILE).write_bytes(codec.dump(left))
    said = json.loads(stage("designer", "--run", str(run_folder), "--json").output)
    assert (said["outcome"], "smoke tests pass" in said["text"]) == ("done", True)
    assert kept(run_folder) == left


def test_a_run_without_an_instrument_ends_at_the_selector(run_folder):
    stage("designer", "--run", str(run_folder))
    nothing = codec.dump(Ranking((), (1.0,), "synthetic", 0, 1, 9))
    (run_folder / "ranking.json").write_bytes(nothing)
    found = StageRecord("selector", "ranking.json", hashlib.sha256(nothing).hexdigest(), 1.0, "none qualifies")
    before = kept(run_folder)
    left = dataclasses.replace(before, stages=(*before.stages, found), outcome="no_instrument", text="none")
    (run_folder / RUN_FILE).write_bytes(codec.dump(left))
    assert json.loads(stage("designer", "--run", str(run_folder), "--json").output)["outcome"] == "done"
    with pytest.raises(NoInstrument, match="none"):
        stage("selector", "--run", str(run_folder))


def test_no_stage_before_its_time(run_folder):
    with pytest.raises(UserError, match="the designer of run 1-ema is not done"):
        stage("selector", "--run", str(run_folder))
    assert kept(run_folder).stages == ()


@pytest.mark.parametrize(
    ("arguments", "kind", "text"),
    [
        (("dancer", "--run", "."), UserError, "designer, selector, researcher, deployer"),
        (("designer", "--run", "/nowhere/at/all"), NotFound, "s3://BUCKET/runs/ID"),
        (("designer", "--run", "http://bucket/runs/1"), UserError, "s3://BUCKET/runs/ID"),
        (("designer", "--run", "s3://bucket"), UserError, "s3://BUCKET/runs/ID"),
    ],
)
def test_what_cannot_be_meant_is_answered(arguments, kind, text):
    with pytest.raises(kind, match=text):
        stage(*arguments)


def test_a_folder_that_is_no_run_is_said(tmp_path):
    with pytest.raises(NotFound, match=r"no run\.json"):
        stage("designer", "--run", str(tmp_path))


def test_an_idea_that_cannot_be_built_ends_the_run_and_stays_so(tmp_path):
    (tmp_path / RUN_FILE).write_bytes(codec.dump(record("2-moon", "buy low, sell high, be happy")))
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            stage("designer", "--run", str(tmp_path))
        assert caught.value.reason in ("clarification", "refused")
        assert kept(tmp_path).outcome == caught.value.reason


def test_a_stage_of_a_bucket_s_run_equals_that_of_a_folder_s(aws, run_folder, tmp_path):
    client = loopback_aws.client("s3", aws)
    there = S3Artifacts(client, BUCKET, "runs/1-ema", tmp_path / "there")
    there.write(RUN_FILE, codec.dump(record("1-ema")))
    for name in ("designer", "selector"):
        for place in (f"s3://{BUCKET}/runs/1-ema", str(run_folder)):
            said = stage(name, "--run", place)
            assert f"{name} of run 1-ema: done" in said.output
    for name in ("design.json", "ranking.json", "strategy.py"):
        assert there.read(name) == (run_folder / name).read_bytes()
    assert there.exists("report.html")


def test_bars_of_one_s_own_come_from_the_bucket(aws, home):
    client = loopback_aws.client("s3", aws)
    client.put_object(Bucket=BUCKET, Key="market/imported/btc-usdt/1h/series.json", Body=b"{}")
    agent._bring_bars(BUCKET)
    assert (home / "market" / "imported" / "btc-usdt" / "1h" / "series.json").read_bytes() == b"{}"


def test_the_researcher_of_a_bucket_s_run_counts_in_the_table(aws, tmp_path, monkeypatch):
    artifacts = S3Artifacts(loopback_aws.client("s3", aws), BUCKET, "runs/9", tmp_path)
    ports = agent._ports(record("9"), artifacts, None, "researcher", BUCKET, 1)
    assert type(ports.registry).__name__ == "DynamoTrials"
    assert ports.gate is None
    monkeypatch.delenv("BOTYARD_TABLE")
    with pytest.raises(UserError, match="BOTYARD_TABLE"):
        agent._ports(record("9"), artifacts, None, "researcher", BUCKET, 1)


class Waiting:
    def __init__(self):
        self.said = []

    def send_task_heartbeat(self, **_):
        self.said.append(("heartbeat", None))

    def send_task_success(self, output, **_):
        self.said.append(("success", json.loads(output)))

    def send_task_failure(self, error, cause, **_):
        self.said.append(("failure", (error, cause)))


@pytest.fixture
def service(monkeypatch):
    one = Waiting()
    monkeypatch.setenv("BOTYARD_TASK_TOKEN", "token")
    monkeypatch.setattr(agent, "_client", lambda _: one)
    monkeypatch.setattr(command.signal, "signal", lambda *_: None)
    return one


def test_success_is_reported_with_what_the_state_machine_chooses_by(run_folder, service):
    for _ in range(2):  # started twice
        stage("designer", "--run", str(run_folder))
    assert service.said[0] == ("heartbeat", None)
    reports = [what for kind, what in service.said if kind == "success"]
    assert [(r["stage"], r["run_id"], r["outcome"]) for r in reports] == [("designer", "1-ema", "done")] * 2


def test_an_answer_instead_of_a_design_is_a_success_that_goes_no_further(tmp_path, service):
    (tmp_path / RUN_FILE).write_bytes(codec.dump(record("2-moon", "buy low, sell high, be happy")))
    stage("designer", "--run", str(tmp_path))
    ((kind, what),) = [one for one in service.said if one[0] != "heartbeat"]
    assert (kind, what["outcome"] in ("clarification", "refused")) == ("success", True)


@pytest.mark.parametrize(
    ("trouble", "error"),
    [(NoInstrument("none"), "NoInstrument"), (KeyboardInterrupt(), "Interrupted"), (OSError("disk"), "OSError")],
)
def test_whatever_ends_the_stage_is_reported(run_folder, service, monkeypatch, trouble, error):
    def run_stage(*_):
        raise trouble

    monkeypatch.setattr(pipeline, "run_stage", run_stage)
    with pytest.raises(type(trouble)):
        command.stage("designer", str(run_folder))
    assert [what[0] for kind, what in service.said if kind == "failure"] == [error]
