"""Bots in AWS: one CloudFormation stack per bot, made from infra/bot.yaml.

Every step may be repeated: a deployment that died half way is applied again and goes on where it stood.

1. `prepare`: the bundle, with its exchange's client where it trades at one, goes into the bucket, a change set is made;
   what it would change becomes part of the plan.
2. `apply`: the bot is registered, the change set carried out, the bot woken once by invoking its function. A bot of a
   testnet is registered after that: only its function has the keys, and says whose account they are of.
3. When that fails, the stack and the registration are taken back.
"""

import dataclasses
import hashlib
import io
import json
import time
import zipfile
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botyard.adapters.deploy_target.change_sets import PAUSE_SECONDS, Stacks, translated
from botyard.adapters.deploy_target.registered import registered
from botyard.adapters.deploy_target.stacks import TESTNETS, Places, bundle_key, parameters, stack_name, tags
from botyard.errors import ConfigError, InvariantError, NotFound, Refused
from botyard.ports import FleetStore
from botyard.records import codec
from botyard.records.deployment import Action, BundleSettings, Plan
from botyard.records.fleet import BotRecord, OuterLimits, VenueAccount

TRIES = 8  # of the first tick: a new role's rights take a few seconds to be known everywhere
_NOT_YET = ("AccessDenied", "not authorized", "InvalidSignature", "UnrecognizedClient")


@dataclass(frozen=True, slots=True)
class AtTestnet:
    """What a bot that trades at a testnet needs beyond one on paper."""

    pack: Callable[[bytes, str], bytes]  # a bundle with all that it needs at that venue
    check_room: Callable[[VenueAccount, BotRecord, Iterable[BotRecord]], None]  # Raises: ConfigError


class CloudFormationTarget:
    """The DeployTarget port in one AWS account."""

    def __init__(
        self,
        places: Places,
        fleet: FleetStore,
        clients: Callable[[str], Any],
        template: str,
        *,
        venues: Collection[str],
        testnet: AtTestnet | None = None,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        """clients: makes boto3's client of a service. template: the text of infra/bot.yaml.

        venues: whose bars a function can ask for by itself. testnet: without it bots trade on paper only.
        """
        self._places = places
        self._fleet = fleet
        self._clients = clients
        self._template = template
        self._venues = venues
        self._testnet = testnet
        self._pause_seconds = pause_seconds
        self._last_packed = (b"", b"")
        self._stacks = Stacks(clients("cloudformation"), places.stack_role, pause_seconds=pause_seconds)

    def prepare(self, plan: Plan, bot: BotRecord, bundle: bytes) -> Plan:
        """Put the bundle into the bucket, propose the stack, and return the plan with all that it would change.

        Raises: Refused for a bot that cannot live in a function; UserError when the name belongs to another deployment;
        ConfigError, RetryableError when AWS does not do it.
        """
        self._refuse(bot, bundle)
        if registered(self._fleet, bot) is None:
            _check_limits(bot, self._places.limits[bot.mode], self._fleet.bots())
        bundle = self._packed(bot, bundle)
        digest = hashlib.sha256(bundle).hexdigest()
        key = bundle_key(bot.name, digest)
        with translated(f"writing s3://{self._places.bucket}/{key}"):
            self._clients("s3").put_object(Bucket=self._places.bucket, Key=key, Body=bundle)
        stack = stack_name(self._places.environment, bot.name)
        changes = self._propose(bot, key)
        said = [Action("change_stack", stack, f"{c.action} {c.kind} {c.name}") for c in changes]
        if not said:
            said = [Action("change_stack", stack, "nothing: the stack is so already")]
        given = {action.kind: action for action in plan.actions}
        return dataclasses.replace(
            plan,
            actions=(
                Action("put_bundle", self._uri(key), f"{len(bundle) / 1024:.0f} KiB, sha256 {digest[:12]}"),
                given["register_bot"],
                *said,
                given["first_tick"],
            ),
        )

    def apply(self, plan: Plan, bot: BotRecord, bundle: bytes) -> str:
        """Carry out the plan; the same plan again changes nothing and returns what the last tick says.

        Raises: ConfigError when stack or first tick fail (nothing is left then); RetryableError when AWS is too busy to
        tell: the same plan goes on.
        """
        del plan  # `prepare` made it, and CloudFormation keeps what it proposed
        known = registered(self._fleet, bot)
        has_ticked = known is not None and self._fleet.snapshot(bot.name) is not None
        key = bundle_key(bot.name, hashlib.sha256(self._packed(bot, bundle)).hexdigest())
        bot = known or dataclasses.replace(bot, bundle=self._uri(key))
        if known is None and bot.mode == "paper":
            self._fleet.add_bot(bot)
        try:
            self._stacks.execute(stack_name(self._places.environment, bot.name), _change_name(key))
            if known is None and bot.mode != "paper":
                self._fleet.add_bot(self._with_account(bot))
            said = self._first_tick(bot)
        except ConfigError as e:
            if has_ticked:  # it is a living bot, whatever ails it now
                raise
            self._take_back(bot, e)
            raise
        return said

    def make_stack(self, bot: BotRecord) -> None:
        """Make or bring up to date the stack of a registered bot whose bundle lies in the bucket; nothing ticks yet.

        Raises: ConfigError, RetryableError.
        """
        key = bot.bundle.removeprefix(self._uri(""))
        self._propose(bot, key)
        self._stacks.execute(stack_name(self._places.environment, bot.name), _change_name(key))

    def remove(self, bot: str) -> None:
        """Take a bot's stack away and wait until it is gone; its journal stays. Whether it is flat is for the caller to know.

        Raises: ConfigError, RetryableError.
        """
        self._stacks.delete(stack_name(self._places.environment, bot))

    def _refuse(self, bot: BotRecord, bundle: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
            settings = codec.load(BundleSettings, archive.read("bot.json"))
        if bot.mode == "mainnet" or (bot.mode == "testnet" and (self._testnet is None or bot.venue not in TESTNETS)):
            raise Refused(
                f"bots in AWS trade on paper, and at the testnet of {' or '.join(TESTNETS)}, not in {bot.mode} mode at "
                f"{bot.venue}; deploy it there, or run botyard on a machine of your own",
                reason="mode_in_aws",
            )
        if settings.market not in self._venues:
            raise Refused(
                f"bots in AWS follow the live bars of {' or '.join(sorted(self._venues))}; this one reads the bars of "
                f"{settings.market!r}: start the run with one of those venues",
                reason="market_in_aws",
            )

    def _propose(self, bot: BotRecord, key: str) -> list[Any]:
        given = parameters(self._places, bot, key)
        return self._stacks.propose(given["Name"], _change_name(key), self._template, given, tags(self._places, bot))

    def _packed(self, bot: BotRecord, bundle: bytes) -> bytes:
        if bot.mode == "paper" or self._testnet is None:
            return bundle
        if self._last_packed[0] != bundle:
            self._last_packed = (bundle, self._testnet.pack(bundle, bot.venue))
        return self._last_packed[1]

    def _with_account(self, bot: BotRecord) -> BotRecord:
        """Ask the function whose account its keys are of, and whether there is room for one more bot on it."""
        is_failed, said = self._patiently(bot, {"kind": "account"})
        if is_failed:
            raise ConfigError(f"{bot.name} cannot trade: {said.get('errorMessage', said)}")
        try:
            found = codec.from_plain(VenueAccount, said)
        except InvariantError as e:
            raise ConfigError(f"{bot.name} cannot tell whose account it trades on: {said}") from e
        if self._testnet is not None:
            self._testnet.check_room(found, bot, self._fleet.bots())
        return dataclasses.replace(bot, account=found.account)

    def _first_tick(self, bot: BotRecord) -> str:
        is_failed, answer = self._patiently(bot, {"kind": "tick"})
        text = str(answer.get("errorMessage" if is_failed else "text", answer))
        if is_failed or answer.get("status") == "halted" or not answer.get("is_done"):
            raise ConfigError(f"the first tick of {bot.name} failed: {text}")
        snapshot = self._fleet.snapshot(bot.name)
        if snapshot is None:
            raise ConfigError(f"the first tick of {bot.name} left no state behind")
        if snapshot.code_hash != bot.code_hash:
            raise ConfigError(
                f"the first tick of {bot.name} ran code {snapshot.code_hash[:12]}, not {bot.code_hash[:12]}"
            )
        return text

    def _patiently(self, bot: BotRecord, event: dict[str, str]) -> tuple[bool, dict[str, Any]]:
        """Invoke the function until it is done, or failed for another reason than that its role is too new."""
        function = stack_name(self._places.environment, bot.name)
        for left in range(TRIES - 1, -1, -1):
            is_failed, answer = self._invoke(function, event)
            if not is_failed and answer.get("is_done", True):
                break
            if is_failed and not any(word in str(answer.get("errorMessage", answer)) for word in _NOT_YET):
                break
            if left:
                time.sleep(self._pause_seconds)
        return is_failed, answer

    def _invoke(self, function: str, event: dict[str, str]) -> tuple[bool, dict[str, Any]]:
        with translated(f"invoking {function}"):
            answer = self._clients("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
            body = answer["Payload"].read()
        try:
            said = json.loads(body)
        except ValueError:
            said = {}
        return "FunctionError" in answer, said if isinstance(said, dict) else {}

    def _take_back(self, bot: BotRecord, why: ConfigError) -> None:
        try:
            self._stacks.delete(stack_name(self._places.environment, bot.name))
        except ConfigError as e:
            raise ConfigError(f"{why}; and what was made cannot be taken back: {e}") from e
        with suppress(NotFound):  # it may have failed before it was registered
            self._fleet.remove_bot(bot.name)

    def _uri(self, key: str) -> str:
        return f"s3://{self._places.bucket}/{key}"


def _check_limits(bot: BotRecord, limits: OuterLimits, fleet: Iterable[BotRecord]) -> None:
    """Hold a new bot to the most bots of its mode, and to how far orders may go. Raises: ConfigError."""
    if limits.is_above_ceiling:
        raise ConfigError(
            f"nothing goes to a {bot.mode} from this environment: BOTYARD_NETWORK was set to less when botyard aws deploy "
            f"was run; where that is meant: BOTYARD_NETWORK={bot.mode} botyard aws deploy"
        )
    living = [one.name for one in fleet if one.name != bot.name and one.mode == bot.mode and one.status != "killed"]
    if limits.max_bots is not None and len(living) >= limits.max_bots:
        raise ConfigError(
            f"{len(living)} bot(s) live in {bot.mode} mode ({', '.join(living[:3])}) and max_bots allows {limits.max_bots}; "
            "kill one with botyard kill BOT, or raise it and run botyard aws deploy: docs/limits.md says where"
        )


def _change_name(key: str) -> str:
    return "botyard-" + hashlib.sha256(key.encode()).hexdigest()[:16]
