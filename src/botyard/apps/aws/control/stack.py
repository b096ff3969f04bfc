"""The control plane's stack: made or changed by a change set, followed to its end, deleted."""

import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from botyard.apps.aws import place
from botyard.errors import RetryableError, UserError

Say = Callable[[str], None]

POLL_SECONDS = 3.0
PATIENCE_SECONDS = 45 * 60.0
CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_EMPTY = ("didn't contain changes", "No updates are to be performed", "contain no changes")
DEAD = (
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "CREATE_FAILED",
    "DELETE_FAILED",
)  # a creation that came to nothing


def find(name: str) -> dict[str, Any] | None:
    """Describe a stack; None where there is none."""
    try:
        (found,) = place.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except Exception as e:
        if "does not exist" in str(e):
            return None
        raise place.translated(e, f"looking for stack {name}") from e
    return None if found["StackStatus"] == "DELETE_COMPLETE" else dict(found)


def change(
    name: str,
    template_url: str,
    parameters: Mapping[str, str],
    tags: Mapping[str, str],
    say: Say,
    *,
    keeps: Collection[str] = (),
    adopts: bool = False,
) -> bool:
    """Make the stack, or change it to this template; False when it is so already. Gone on with when it was cut short.

    keeps: parameters of the template; those that are not given keep their values. adopts: whether what has a name of
    its own and is there already belongs to it again.
    Raises: UserError with what CloudFormation says when it fails; it takes its changes back by itself then.
    """
    known = _settled(name, say)
    if known is not None and known["StackStatus"] in DEAD:
        say(f"stack {name} is {known['StackStatus']}: it is taken away and made anew")
        delete(name, say)
        known = None
    kind = "CREATE" if known is None or known["StackStatus"] == "REVIEW_IN_PROGRESS" else "UPDATE"
    had = [] if kind == "CREATE" or known is None else [each["ParameterKey"] for each in known.get("Parameters", ())]
    set_name = f"botyard-{int(time.time() * 1000)}"
    stacks = place.client("cloudformation")
    given: list[dict[str, Any]] = [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()]
    given += [{"ParameterKey": k, "UsePreviousValue": True} for k in had if k in keeps and k not in parameters]
    more = {"ImportExistingResources": True} if adopts else {}
    try:
        stacks.create_change_set(
            StackName=name,
            ChangeSetName=set_name,
            ChangeSetType=kind,
            TemplateURL=template_url,
            Capabilities=CAPABILITIES,
            Parameters=given,
            Tags=[{"Key": k, "Value": v} for k, v in tags.items()],
            **more,
        )
        if not _is_filled(stacks, name, set_name):
            return False
        since = _newest_event(stacks, name)
        stacks.execute_change_set(StackName=name, ChangeSetName=set_name)
    except Exception as e:
        raise place.translated(e, f"changing stack {name}") from e
    _follow(name, say, since)
    return True


def delete(name: str, say: Say) -> None:
    """Delete a stack and wait until it is gone. Raises: UserError when something of it stays."""
    stacks = place.client("cloudformation")
    try:
        since = _newest_event(stacks, name)
        stacks.delete_stack(StackName=name)
    except Exception as e:
        if "does not exist" in str(e):
            return
        raise place.translated(e, f"deleting stack {name}") from e
    _follow(name, say, since, gone=True)


def _settled(name: str, say: Say) -> dict[str, Any] | None:
    """Describe a stack once nothing is under way any more."""
    until = time.monotonic() + PATIENCE_SECONDS
    told = False
    while True:
        found = find(name)
        status = "" if found is None else str(found["StackStatus"])
        if not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
            return found
        if not told:
            say(f"stack {name} is {status}: waiting for that")
            told = True
        if time.monotonic() > until:
            raise RetryableError(f"stack {name} is still {status}; look at it, then run this again")
        time.sleep(POLL_SECONDS)


def _is_filled(stacks: Any, name: str, set_name: str) -> bool:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = stacks.describe_change_set(StackName=name, ChangeSetName=set_name)
        if found["Status"] == "CREATE_COMPLETE":
            return True
        reason = str(found.get("StatusReason", ""))
        if found["Status"] == "FAILED":
            stacks.delete_change_set(StackName=name, ChangeSetName=set_name)
            if any(words in reason for words in _EMPTY):
                return False
            raise UserError(f"CloudFormation refuses the change of stack {name}: {reason}")
        if time.monotonic() > until:
            raise RetryableError(f"the change set of stack {name} is still {found['Status']}; run this again")
        time.sleep(POLL_SECONDS / 3)


def _follow(name: str, say: Say, since: datetime | None, *, gone: bool = False) -> None:
    """Tell each resource as it is done, and return when the stack is."""
    stacks = place.client("cloudformation")
    seen: set[str] = set()
    broken: list[str] = []
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        found = find(name)
        for event in reversed(_events(stacks, name)):
            if event["EventId"] in seen or (since is not None and event["Timestamp"] <= since):
                continue
            seen.add(event["EventId"])
            status = event.get("ResourceStatus", "")
            if status.endswith("_FAILED"):
                broken.append(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', status)}")
                say(f"   ✗ {broken[-1]}")
            elif status.endswith("_COMPLETE"):
                say(f"   ✓ {event['LogicalResourceId']}")
        status = "" if found is None else str(found["StackStatus"])
        if not status.endswith("_IN_PROGRESS"):
            _judge(name, status, broken, gone=gone)
            return
        time.sleep(POLL_SECONDS)
    raise RetryableError(f"stack {name} is not done after {PATIENCE_SECONDS / 60:.0f} minutes; run this again")


def _judge(name: str, status: str, broken: list[str], *, gone: bool) -> None:
    if status in (("",) if gone else ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")):
        return
    why = broken[0] if broken else "see its events in the CloudFormation console"
    raise UserError(f"stack {name} is {status or 'gone'}: {why}. Mend that and run this again: it goes on from there")


def _events(stacks: Any, name: str) -> list[dict[str, Any]]:
    try:
        return list(stacks.describe_stack_events(StackName=name)["StackEvents"])
    except Exception as e:
        if "does not exist" in str(e):
            return []
        raise place.translated(e, f"reading the events of stack {name}") from e


def _newest_event(stacks: Any, name: str) -> datetime | None:
    return max((event["Timestamp"] for event in _events(stacks, name)), default=None)
