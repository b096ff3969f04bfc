"""CloudFormation as a bot's deployment needs it: look at a stack, propose a change, carry it out, take a stack away.

All waiting is here. Raises ConfigError for what AWS refuses or does not bring about, RetryableError for what may come.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from botyard.errors import ConfigError, RetryableError

PATIENCE_SECONDS = 600.0
PAUSE_SECONDS = 3.0
_Found = TypeVar("_Found")
_NOTHING = ("didn't contain changes", "No updates are to be performed")
_GONE = ("", "DELETE_COMPLETE")
# what was proposed and never carried out, and what can only be deleted
_LEFT_OVER = ("REVIEW_IN_PROGRESS", "CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")
_BUSY = ("Throttl", "TooManyRequests", "RequestLimitExceeded", "ServiceUnavailable", "InternalFailure", "LimitExceeded")


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that a change set would touch."""

    action: str  # add, modify, remove
    kind: str  # AWS::Lambda::Function
    name: str  # in the template


class Stacks:
    """The stacks of bots."""

    def __init__(self, client: Any, role: str = "", *, pause_seconds: float = PAUSE_SECONDS) -> None:
        """client: boto3's, of CloudFormation. role: ARN of the role that CloudFormation acts by."""
        self._client = client
        self._role = {"RoleARN": role} if role else {}
        self._pause_seconds = pause_seconds

    def status(self, stack: str) -> str:
        """Return a stack's status, "" for none."""
        with translated(f"looking at stack {stack}"):
            try:
                (found,) = self._client.describe_stacks(StackName=stack)["Stacks"]
            except self._client.exceptions.ClientError as e:
                if "does not exist" in str(e):
                    return ""
                raise
            return str(found["StackStatus"])

    def propose(
        self, stack: str, name: str, template: str, parameters: Mapping[str, str], tags: Mapping[str, str]
    ) -> list[Change]:
        """Make a change set and return what it would change, nothing when the stack is so already.

        What an earlier try left half made is taken away first.
        """
        status = self._settled(stack)
        if status in _LEFT_OVER:
            self.delete(stack)
            status = ""
        is_new = status in _GONE
        if not is_new:
            self._drop(stack, name)
        with translated(f"proposing a change of stack {stack}"):
            try:
                self._client.create_change_set(
                    StackName=stack,
                    ChangeSetName=name,
                    ChangeSetType="CREATE" if is_new else "UPDATE",
                    TemplateBody=template,
                    Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
                    Capabilities=["CAPABILITY_NAMED_IAM"],
                    Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
                    **self._role,
                )
            except self._client.exceptions.ClientError as e:
                if any(words in str(e) for words in _NOTHING):
                    return []
                raise
        found = self._made(stack, name)
        if found is None:
            return []
        return [
            Change(each["Action"].lower(), each["ResourceType"], each["LogicalResourceId"])
            for each in (one["ResourceChange"] for one in found)
        ]

    def execute(self, stack: str, name: str) -> None:
        """Carry a proposed change out and wait for its end; one that is not there any more was carried out before.

        Raises: ConfigError with what failed, when CloudFormation rolled it back.
        """
        with translated(f"changing stack {stack}"):
            try:
                found = self._client.describe_change_set(StackName=stack, ChangeSetName=name)
            except self._client.exceptions.ClientError as e:
                if "ChangeSetNotFound" not in str(e) and "does not exist" not in str(e):
                    raise
                found = {}
            if found.get("ExecutionStatus") == "AVAILABLE":
                self._client.execute_change_set(StackName=stack, ChangeSetName=name)
        status = self._settled(stack)
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise ConfigError(f"stack {stack} is {status or 'gone'}: {self._why(stack)}")

    def delete(self, stack: str) -> None:
        """Take a stack away and wait until it is gone; one that is not there is no error."""
        if self.status(stack) in _GONE:
            return
        with translated(f"deleting stack {stack}"):
            self._client.delete_stack(StackName=stack, **self._role)
        status = self._settled(stack)
        if status not in _GONE:
            raise ConfigError(f"stack {stack} cannot be deleted, it is {status}: {self._why(stack)}")

    def _drop(self, stack: str, name: str) -> None:
        with translated(f"dropping a change of stack {stack}"):
            try:
                self._client.delete_change_set(StackName=stack, ChangeSetName=name)
            except self._client.exceptions.ClientError as e:
                if "ChangeSetNotFound" not in str(e):
                    raise

    def _settled(self, stack: str) -> str:
        def look() -> str | None:
            status = self.status(stack)
            return None if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS" else status

        return self._until(look, f"stack {stack}")

    def _made(self, stack: str, name: str) -> list[dict[str, Any]] | None:
        """Wait for a change set, and list its changes; None when there is nothing to change."""

        def look() -> dict[str, Any] | None:
            with translated(f"looking at the change of stack {stack}"):
                found: dict[str, Any] = self._client.describe_change_set(StackName=stack, ChangeSetName=name)
            return None if found["Status"] in ("CREATE_PENDING", "CREATE_IN_PROGRESS") else found

        found = self._until(look, f"the change of stack {stack}")
        reason = str(found.get("StatusReason", ""))
        if found["Status"] == "FAILED" and any(words in reason for words in _NOTHING):
            self._drop(stack, name)
            return None
        if found["Status"] == "FAILED":
            raise ConfigError(f"stack {stack} cannot be changed: {reason}")
        changes = list(found.get("Changes", ()))
        while found.get("NextToken"):
            with translated(f"looking at the change of stack {stack}"):
                found = self._client.describe_change_set(
                    StackName=stack, ChangeSetName=name, NextToken=found["NextToken"]
                )
            changes += found.get("Changes", ())
        return changes

    def _why(self, stack: str) -> str:
        with translated(f"reading what happened to stack {stack}"):
            events = self._client.describe_stack_events(StackName=stack)["StackEvents"]
        failed = [e for e in events if e.get("ResourceStatus", "").endswith("FAILED") and e.get("ResourceStatusReason")]
        told = [f"{e['LogicalResourceId']}: {e['ResourceStatusReason']}" for e in reversed(failed)]
        if not told:
            told = [e["ResourceStatusReason"] for e in events if e.get("ResourceStatusReason")][:1]
        return "; ".join(told[:3]) or "CloudFormation does not say why"

    def _until(self, look: "Callable[[], _Found | None]", what: str) -> "_Found":
        until = time.monotonic() + PATIENCE_SECONDS
        while (found := look()) is None:
            if time.monotonic() > until:
                raise RetryableError(f"{what} is not done after {PATIENCE_SECONDS:g} s; run it again to go on")
            time.sleep(self._pause_seconds)
        return found


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Say boto3's errors in ours."""
    from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]  # heavy

    try:
        yield
    except ClientError as e:
        error = e.response.get("Error", {})
        code, text = str(error.get("Code", "")), str(error.get("Message", ""))
        if any(word in code for word in _BUSY):
            raise RetryableError(f"AWS is busy, {doing}: {code}; try again") from e
        raise ConfigError(f"AWS refused, {doing}: {code}: {text}") from e
    except BotoCoreError as e:
        raise RetryableError(f"AWS does not answer, {doing}: {e}") from e
