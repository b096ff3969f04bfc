"""The Deployer's target in AWS, from what the control plane puts into its environment."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import botyard
from botyard.adapters.deploy_target.stacks import Places
from botyard.apps.aws import bot_limits, place
from botyard.errors import UserError

if TYPE_CHECKING:
    from botyard.adapters.deploy_target.cloudformation import CloudFormationTarget
    from botyard.ports import FleetStore

ROLE = "BOTYARD_BOT_STACK_ROLE"
_PACKAGE = Path(botyard.__file__).parent
_TEMPLATES = (_PACKAGE / "infra" / "bot.yaml", _PACKAGE.parents[1] / "infra" / "bot.yaml")


def is_meant() -> bool:
    """Whether bots are to be deployed into stacks: the control plane gave the role for it."""
    return bool(os.environ.get(ROLE, "").strip())


def target(fleet: "FleetStore") -> "CloudFormationTarget":
    """Return where bots go. Raises: UserError when something of the environment is missing."""
    return target_at(
        Places(
            environment=_given("BOTYARD_ENVIRONMENT"),
            bucket=_given("BOTYARD_BUCKET"),
            table=_given("BOTYARD_TABLE"),
            boundary=_given("BOTYARD_BOT_BOUNDARY"),
            notifier=_given("BOTYARD_NOTIFIER"),
            stack_role=_given(ROLE),
            limits=bot_limits.read(os.environ.get("BOTYARD_LIMITS", "")),
        ),
        fleet,
    )


def target_at(places: Places, fleet: "FleetStore") -> "CloudFormationTarget":
    """Return the target beside this control plane. Raises: UserError when the template is not to be found."""
    from botyard.adapters.deploy_target.cloudformation import AtTestnet, CloudFormationTarget
    from botyard.adapters.market_data.klines import VENUES
    from botyard.apps.aws.testnet import code, rooms

    testnet = AtTestnet(code.with_exchange, rooms.check)
    return CloudFormationTarget(places, fleet, place.client, bot_template(), venues=VENUES, testnet=testnet)


def bot_template() -> str:
    """Return the text of infra/bot.yaml. Raises: UserError."""
    for path in _TEMPLATES:
        if path.is_file():
            return path.read_text()
    raise UserError(f"infra/bot.yaml is neither in {_TEMPLATES[0].parent} nor in {_TEMPLATES[1].parent}")


def _given(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise UserError(f"{name} is not set, and bots in AWS need it: deploy the control plane with botyard aws deploy")
    return value
