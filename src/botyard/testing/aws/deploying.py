"""Deploy a template without the SAM CLI: its files go to a bucket, CloudFormation does the rest."""

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from botyard.testing.aws.clients import REGION
from botyard.testing.aws.emulator import Emulator

_BUCKET = "deployments"


def pack(files: Mapping[str, str]) -> bytes:
    """Zip sources by their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def deploy(
    emulator: Emulator, template: Path, code: bytes, stack: str, parameters: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Create the stack with `code` as the zip of all its functions, and return its outputs.

    Raises: RuntimeError when it was rolled back, with the reason.
    """
    s3, stacks = emulator.client("s3"), emulator.client("cloudformation")
    if _BUCKET not in [b["Name"] for b in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=_BUCKET, Key=f"{stack}/code.zip", Body=code)
    text = re.sub(r"CodeUri: .*", f"CodeUri: s3://{_BUCKET}/{stack}/code.zip", template.read_text())
    for name in re.findall(r"DefinitionUri: (\S+)", text):
        s3.put_object(Bucket=_BUCKET, Key=f"{stack}/{name}", Body=(template.parent / name).read_bytes())
        text = text.replace(f"DefinitionUri: {name}", f"DefinitionUri: s3://{_BUCKET}/{stack}/{name}")
    stacks.create_change_set(
        StackName=stack,
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=text,
        Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in (parameters or {}).items()],
    )
    stacks.execute_change_set(StackName=stack, ChangeSetName="first")
    (made,) = stacks.describe_stacks(StackName=stack)["Stacks"]
    if made["StackStatus"] != "CREATE_COMPLETE":
        raise RuntimeError(f"{stack} is {made['StackStatus']}: {made.get('StackStatusReason', '')}")
    outputs = made.get("Outputs", [])
    return {each["OutputKey"]: each["OutputValue"] for each in outputs}
