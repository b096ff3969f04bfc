import http.server
import json
import subprocess
import sys
import threading

import pytest

from botyard.adapters.fleet_store import dynamodb_wire
from botyard.adapters.fleet_store.dynamodb_wire import ConditionFailedError, Credentials, Wire, signed_headers
from botyard.errors import ConfigError, InvariantError, NotFound, RetryableError

KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")


@pytest.mark.parametrize("token", ["", "FwoGZXIvYXdzEBYaDExampleToken=="])
def test_the_signature_is_the_one_that_botocore_makes(token, monkeypatch):
    import datetime as dt

    from botocore import auth, awsrequest, credentials

    body = b'{"TableName": "fleet", "Key": {"pk": {"S": "\xc3\xbc"}}}'
    at = dt.datetime(2026, 11, 23, 4, 5, 6, tzinfo=dt.UTC)
    ours = signed_headers(
        "dynamodb.eu-central-1.amazonaws.com",
        "DynamoDB_20120810.GetItem",
        body,
        "eu-central-1",
        Credentials(KEYS.access_key, KEYS.secret_key, token),
        at.timestamp(),
    )
    monkeypatch.setattr(auth, "get_current_datetime", lambda: at.replace(tzinfo=None))
    theirs = awsrequest.AWSRequest(
        "POST",
        "https://dynamodb.eu-central-1.amazonaws.com/",
        {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.GetItem"},
        body,
    )
    given = credentials.Credentials(KEYS.access_key, KEYS.secret_key, token or None)
    auth.SigV4Auth(given, "dynamodb", "eu-central-1").add_auth(theirs)
    assert ours["authorization"] == theirs.headers["Authorization"]


class Scripted(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append(self.headers["x-amz-target"])
        answer = self.server.script.pop(0)
        if answer is None:  # dies without a word
            self.close_connection = True
            return
        status, body = answer
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def service(monkeypatch):
    monkeypatch.setattr(dynamodb_wire, "PAUSES", (0.0, 0.0))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    server.asked, server.script = [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    wire = Wire("eu-central-1", lambda: KEYS, f"http://127.0.0.1:{server.server_port}")
    yield server, wire
    wire.close()
    server.shutdown()
    server.server_close()
    thread.join()


def error(code, **more):
    return 400, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no", **more}


def test_one_connection_carries_many_calls(service):
    server, wire = service
    server.script += [(200, {"a": 1}), (200, {"a": 2})]
    assert [wire.call("GetItem", {})["a"] for _ in range(2)] == [1, 2]
    assert server.asked == ["DynamoDB_20120810.GetItem"] * 2


def test_a_read_that_is_not_answered_is_asked_again(service):
    server, wire = service
    server.script += [None, (500, {}), (200, {"a": 1})]
    assert wire.call("Query", {}) == {"a": 1}


@pytest.mark.parametrize("answer", [None, (500, {})])
def test_a_write_that_is_not_answered_is_not_repeated(service, answer):
    server, wire = service
    server.script += [answer, (200, {})]
    with pytest.raises(RetryableError):
        wire.call("PutItem", {})
    assert len(server.asked) == 1


def test_a_throttled_write_is_repeated_for_a_while(service):
    server, wire = service
    busy = error("ProvisionedThroughputExceededException")
    server.script += [busy, busy, (200, {"done": 1})]
    assert wire.call("PutItem", {}) == {"done": 1}
    server.script += [busy] * 3
    with pytest.raises(RetryableError, match="ProvisionedThroughput"):
        wire.call("PutItem", {})
    assert server.script == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDeniedException", ConfigError),
        ("ExpiredTokenException", ConfigError),
        ("ResourceNotFoundException", NotFound),
        ("ConditionalCheckFailedException", ConditionFailedError),
        ("ValidationException", InvariantError),
    ],
)
def test_an_error_says_who_acts(service, code, kind):
    server, wire = service
    server.script.append(error(code))
    with pytest.raises(kind, match=code):
        wire.call("PutItem", {})


def test_a_cancelled_transaction_says_which_item_did_it(service):
    server, wire = service
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed"}]
    server.script.append(error("TransactionCanceledException", CancellationReasons=reasons))
    with pytest.raises(ConditionFailedError) as caught:
        wire.call("TransactWriteItems", {})
    assert caught.value.reasons == ("None", "ConditionalCheckFailed")


def test_keys_are_never_shown():
    assert "wJalr" not in repr(KEYS) + str(KEYS)
    assert "AKID" not in repr(KEYS)


def test_lambda_s_own_credentials_are_taken_or_missed(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match="AWS_ACCESS_KEY_ID"):
        dynamodb_wire.environment_credentials()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "c")
    assert dynamodb_wire.environment_credentials() == Credentials("a", "b", "c")


def test_the_store_needs_the_standard_library_alone():
    code = (
        "import sys; import botyard.adapters.fleet_store.dynamodb\n"
        "out = sorted({m.split('.')[0] for m in sys.modules} - set(sys.stdlib_module_names) - {'botyard', '__main__'})\n"
        "print([m for m in out if not m.startswith('_')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
