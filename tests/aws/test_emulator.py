"""What the emulator adds around moto: functions behind URLs, a clock for rules, refusals, stacks that roll back."""

import functools
import json
import urllib.error
import urllib.request

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from botyard.testing.aws.deploying import pack
from botyard.testing.aws.front import FunctionUrl
from botyard.testing.aws.schedules import Schedules, fires

AT_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z, a Thursday
MINUTE_MS = 60_000
CODE = """
import json, os

def handler(event, context):
    if "responsePayload" in event:
        print("FAILED", json.dumps(event))
        return None
    if event.get("time", "").endswith("00:06:00Z"):
        raise ValueError("no such minute")
    if "rawPath" in event:
        body = event.get("body", "")
        if body == "raise":
            raise ValueError("no such request")
        said = {"path": event["rawPath"], "secret": event["headers"].get("x-secret"), "body": body}
        return {"statusCode": 201, "headers": {"x-set": os.environ["SET"]}, "body": json.dumps(said)}
    return event
"""
STACK = {
    "Parameters": {"Bucket": {"Type": "String"}},
    "Resources": {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"RoleName": "small", "AssumeRolePolicyDocument": {"Statement": []}},
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": "small",
                "Code": {"S3Bucket": {"Ref": "Bucket"}, "S3Key": "small.zip"},
                "Handler": "small.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Runtime": "python3.12",
            },
        },
        "Tries": {
            "Type": "AWS::Lambda::EventInvokeConfig",
            "Properties": {
                "FunctionName": {"Ref": "Function"},
                "Qualifier": "$LATEST",
                "MaximumEventAgeInSeconds": 60,
                "MaximumRetryAttempts": 1,
                "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["Function", "Arn"]}}},
            },
        },
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "Name": "small",
                "ScheduleExpression": "cron(0/3 * * * ? *)",
                "Targets": [{"Id": "one", "Arn": {"Fn::GetAtt": ["Function", "Arn"]}}],
            },
        },
    },
}


@pytest.fixture(scope="module")
def stacks(account):
    s3 = account.client("s3")
    s3.create_bucket(Bucket="small-code", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket="small-code", Key="small.zip", Body=pack({"small.py": CODE}))
    account.set_environment({"SET": "so"})
    return account.client("cloudformation")


def make(stacks, name, template=STACK):
    stacks.create_change_set(
        StackName=name,
        ChangeSetName="first",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": "Bucket", "ParameterValue": "small-code"}],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    stacks.execute_change_set(StackName=name, ChangeSetName="first")
    return stacks.describe_stacks(StackName=name)["Stacks"][0]


@pytest.fixture(scope="module")
def small(account, stacks):
    """Make the stack of one function with a rule, at the second try: the first one fails and is taken back."""
    account.break_stacks("small", "no capacity")
    failed = make(stacks, "small-failed")
    rules = account.client("events").list_rules()["Rules"]
    functions = [f["FunctionName"] for f in account.client("lambda").list_functions()["Functions"]]
    events = stacks.describe_stack_events(StackName="small-failed")["StackEvents"]
    left = {"stack": failed, "rules": rules, "functions": functions, "events": events}
    assert make(stacks, "small")["StackStatus"] == "CREATE_COMPLETE"
    return left


def test_a_stack_that_fails_is_taken_back(small):
    assert small["stack"]["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "small" not in small["functions"]
    assert "small" not in [rule["Name"] for rule in small["rules"]]
    assert "no capacity" in {e.get("ResourceStatusReason") for e in small["events"]}


def test_a_request_becomes_an_event_and_the_answer_a_response(account, small):
    with FunctionUrl(account, "small") as front:
        asked = urllib.request.Request(
            front.url + "hook?a=1", data=b'{"n": 1}', headers={"X-Secret": "s", "Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked) as answer:
            assert (answer.status, answer.headers["x-set"]) == (201, "so")
            assert json.loads(answer.read()) == {"path": "/hook", "secret": "s", "body": '{"n": 1}'}
        broken = urllib.request.Request(front.url, data=b"raise", headers={"Content-Type": "text/plain"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(broken)
        with refused.value:
            assert refused.value.code == 502
        assert [f["errorMessage"] for f in front.failures] == ["no such request"]


def of_small(due, minute_ms):
    return [(function, event) for function, event in due(minute_ms) if function == "small"]


def test_rules_fire_as_emulated_time_goes_on(account, small):
    clock = Schedules(account, AT_MS)
    clock.due = functools.partial(of_small, clock.due)  # other tests may have left rules of theirs in the account
    woken = clock.advance(AT_MS + 6 * MINUTE_MS)
    assert [(w.event["time"], w.failed, w.tries) for w in woken] == [
        ("2026-01-01T00:03:00Z", False, 1),
        ("2026-01-01T00:06:00Z", True, 2),  # tried again once, as configured
    ]
    assert clock.advance(AT_MS + 8 * MINUTE_MS) == []
    (late,) = clock.advance(AT_MS + 9 * MINUTE_MS, late_ms=61_000)
    assert (late.tries, late.answer) == (0, "")
    twice = clock.advance(AT_MS + 12 * MINUTE_MS, times=2)
    assert len(twice) == 2
    assert twice[0].event == twice[1].event
    logs = account.client("logs").filter_log_events(logGroupName="/aws/lambda/small")["events"]
    told = [json.loads(e["message"].split("FAILED ")[1].splitlines()[0]) for e in logs if "FAILED " in e["message"]]
    conditions = {t["requestContext"]["condition"]: t["requestPayload"]["time"][11:19] for t in told}
    assert conditions == {"RetriesExhausted": "00:06:00", "EventAgeExceeded": "00:09:00"}


def test_a_report_says_what_an_invocation_took(account, small):
    account.client("lambda").invoke(FunctionName="small", Payload="{}")
    logs = account.client("logs").filter_log_events(logGroupName="/aws/lambda/small")["events"]
    reports = [e["message"] for e in logs if "REPORT RequestId: " in e["message"]]
    words = dict(w.split(": ", 1) for w in reports[-1].split("REPORT ")[1].strip().split("\t"))
    assert words["Memory Size"] == "128 MB"
    assert 5 < int(words["Max Memory Used"].removesuffix(" MB")) < 128
    assert float(words["Duration"].removesuffix(" ms")) <= int(words["Billed Duration"].removesuffix(" ms"))


@pytest.mark.parametrize(("service", "call", "act", "code"), [
    ("ecs", "ListClusters", lambda c: c.list_clusters(), "ThrottlingException"),
    ("cloudformation", "ListStacks", lambda c: c.list_stacks(), "Throttling"),
    ("s3", "GET /small-code", lambda c: c.list_objects_v2(Bucket="small-code"), "SlowDown"),
    ("lambda", "GET /2015-03-31/functions", lambda c: c.list_functions(), "TooManyRequestsException"),
])  # fmt: skip
def test_a_throttled_call_says_so_once(account, stacks, service, call, act, code):
    import boto3

    once = Config(retries={"total_max_attempts": 1})
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "eu-central-1"}
    client = boto3.client(service, endpoint_url=account.url, config=once, **keys)
    account.throttle(service, call)
    with pytest.raises(ClientError) as refused:
        act(client)
    assert refused.value.response["Error"]["Code"] == code
    assert act(client)


@pytest.mark.parametrize(("expression", "hits"), [
    ("cron(0/5 * * * ? *)", [0, 5, 10, 15, 30, 60]),
    ("cron(2 0/1 * * ? *)", [2, 62]),
    ("cron(0,7-9 0 ? * 5 *)", [0, 7]),
    ("cron(0 0 ? * 2-4 *)", []),
    ("rate(15 minutes)", [0, 15, 30, 60]),
])  # fmt: skip
def test_schedules_are_read(expression, hits):
    minutes = (0, 2, 5, 7, 10, 15, 30, 60, 62)
    assert [n for n in minutes if fires(expression, AT_MS + n * MINUTE_MS)] == hits
