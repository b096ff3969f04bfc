"""The agents' image: built here with Docker or what does its work, pushed to the stack's own repository."""

import base64
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from botyard.apps.aws import place
from botyard.apps.aws.control.sources import Sources
from botyard.apps.aws.control.stack import Say
from botyard.errors import UserError

TOOLS = ("docker", "podman", "finch")
PLATFORM = "linux/amd64"  # the agents' task definitions say so


def is_there(repository: str, tag: str) -> bool:
    """Whether the image was pushed before."""
    try:
        place.client("ecr").describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
    except Exception as e:
        if place.code_of(e) in ("ImageNotFoundException", "RepositoryNotFoundException"):
            return False
        raise place.translated(e, f"looking for image {repository}:{tag}") from e
    return True


def push(sources: Sources, uri: str, tag: str, say: Say) -> None:
    """Build the image and push it as uri:tag. Raises: UserError when there is nothing to build with, or it fails."""
    tool = find_tool()
    say(f"   {tool} builds {tag} (some minutes at first)")
    with tempfile.TemporaryDirectory(prefix="botyard-image-") as folder:
        sources.lay_out(Path(folder))
        _run(tool, "build", "--platform", PLATFORM, "--tag", f"{uri}:{tag}", folder)
    try:
        (given,) = place.client("ecr").get_authorization_token()["authorizationData"]
    except Exception as e:
        raise place.translated(e, "asking for the right to push an image") from e
    user, _, password = base64.b64decode(given["authorizationToken"]).decode().partition(":")
    _run(tool, "login", "--username", user, "--password-stdin", uri.split("/", 1)[0], typed=password)
    say(f"   {tool} pushes it")
    _run(tool, "push", f"{uri}:{tag}")


def find_tool() -> str:
    """Return the program that builds images here. Raises: UserError saying what to do where there is none."""
    named = os.environ.get("BOTYARD_DOCKER", "").strip()
    found = [tool for tool in ((named,) if named else TOOLS) if shutil.which(tool)]
    for tool in found:
        if subprocess.run([tool, "info"], capture_output=True, check=False).returncode == 0:  # noqa: S603
            return tool
    there = f"{' and '.join(found)} is here but its engine does not run" if found else "there is none here"
    raise UserError(
        f"the agents' image is built with Docker, and {there}: start it or install it "
        "(https://docs.docker.com/engine/install), then run the same command again: all that is done stays done. "
        "Or leave it out with --no-image, and run botyard aws deploy --image-only on a machine that has it, with the same "
        "version of botyard"
    )


def _run(tool: str, *words: str, typed: str = "") -> None:
    done = subprocess.run(  # noqa: S603  (the tool that was found)
        [tool, *words], input=typed, text=True, capture_output=True, check=False
    )
    if done.returncode:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-8:])
        raise UserError(f"{tool} {words[0]} failed with code {done.returncode}:\n{last}")
