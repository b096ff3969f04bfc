"""Bring what is deployed to this version, unless a living bot could not be looked after by it."""

from botyard import __version__
from botyard.apps import settings
from botyard.apps.aws.control import deploy, following
from botyard.apps.aws.control.stack import Say
from botyard.apps.aws.fleet import table
from botyard.errors import Refused, UserError


def upgrade(say: Say, *, with_image: bool = True) -> None:
    """Check every living bot, then deploy; bots go on ticking by the code of their own bundles meanwhile.

    Raises: Refused naming the bots; UserError for a newer deployment; NotFound when nothing is deployed.
    """
    found = deploy.must_exist(settings.environment())
    tags = {each["Key"]: each["Value"] for each in found.get("Tags", ())}
    before = tags.get(deploy.VERSION_TAG, "0")
    if _numbers(before) > _numbers(__version__):
        raise UserError(
            f"version {before} is deployed, this is {__version__}: install the newer one, then run this again"
        )
    settings.use_aws()
    stuck = following.stuck(table.open_fleet())
    if stuck:
        lines = "; ".join(f"{one.bot}: {one.why}" for one in stuck)
        raise Refused(
            f"version {__version__} could not look after {len(stuck)} living bot(s): {lines}. End them first, or export "
            "them and let them run with the version that made them",
            reason="state_does_not_migrate",
        )
    say(f"from version {before} to {__version__}; every living bot can be read by it")
    deploy.deploy(deploy.Wishes(with_image=with_image), say)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
