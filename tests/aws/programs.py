"""Small programs that stand where the agents' image and the notifier's code stand, to exercise what is around them."""

# as `botyard stage NAME --run s3://…`; runs/ID/behaviour.json says what each stage does
AGENT = """
import json, os, subprocess, sys
import boto3

_, _, name, _, run = sys.argv
bucket, _, prefix = run.removeprefix("s3://").partition("/")
s3, states = boto3.client("s3"), boto3.client("stepfunctions")
behaviour = json.loads(s3.get_object(Bucket=bucket, Key=f"{prefix}/behaviour.json")["Body"].read()).get(name, "done")
token = os.environ["BOTYARD_TASK_TOKEN"]

if behaviour == "crash":
    os._exit(3)
if behaviour == "hungry":
    held = bytearray(1300 << 20)
if behaviour == "error":
    states.send_task_failure(taskToken=token, error="Botyard.UserError", cause="the idea is empty")
    sys.exit(2)
if behaviour == "twice" and "SECOND" not in os.environ:
    second = subprocess.Popen([sys.executable, *sys.argv], env={**os.environ, "SECOND": "1"})
states.send_task_heartbeat(taskToken=token)
s3.put_object(Bucket=bucket, Key=f"{prefix}/{name}.json", Body=json.dumps({"stage": name}))
outcome = behaviour if behaviour in ("clarification", "no_instrument") else "done"
try:
    states.send_task_success(taskToken=token, output=json.dumps({"outcome": outcome, "text": f"{name} is done"}))
except (states.exceptions.TaskTimedOut, states.exceptions.TaskDoesNotExist, states.exceptions.InvalidToken) as refused:
    print("refused:", type(refused).__name__)
if behaviour == "twice" and "SECOND" not in os.environ:
    sys.exit(second.wait())
"""

NOTIFIER = """
import json, os, uuid
import boto3

def handler(event, context):
    key = f"told/{event['run_id']}/{event['kind']}-{uuid.uuid4().hex}"
    boto3.client("s3").put_object(Bucket=os.environ["BOTYARD_BUCKET"], Key=key, Body=json.dumps(event))
    return {"told": context.function_name}
"""
