"""Webhook and notifier need the standard library alone, beside boto3, which Lambda's runtime has."""

import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).parents[4] / "src"
PROGRAM = """
import sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path
import botyard.apps.aws.webhook, botyard.apps.aws.notifier, botyard.apps.aws.fleet.bundles
from botyard.adapters.artifact_store.folder import FolderArtifacts
from botyard.apps import answers, launch, pictures
from botyard.apps.aws.chat import setup
from botyard.apps.telegram.findings import findings
from botyard.bot import earnings
from botyard.pipeline import Result, load_result
from botyard.records.run import RunRecord
run = RunRecord("1-x", "x", "5m", "imported", 1, 5, 0, "no_instrument", "no instrument qualifies")
print(setup.desk().text(1, "/help", is_stale=False).text.splitlines()[0])
print(findings(load_result(run, FolderArtifacts(Path(sys.argv[2]))), FolderArtifacts(Path(sys.argv[2])), setup.desk(), b"")[0].text)
"""


def test_they_begin_and_speak_without_any_other_library(tmp_path):
    command = [sys.executable, "-I", "-S", "-c", PROGRAM, str(SRC), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"BOTYARD_HOME": "aws"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["Write an idea in plain words, or:", "1-x: no instrument qualifies"]
