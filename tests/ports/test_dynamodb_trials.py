import itertools
import threading

import pytest

from botyard.adapters.artifact_store.s3 import S3Artifacts
from botyard.adapters.trial_registry.dynamodb import DynamoTrials
from botyard.errors import InvariantError
from botyard.testing.ports import loopback_aws
from botyard.testing.ports.trial_registry_suite import TrialRegistrySuite, made_up_run

_tables = itertools.count(1)


@pytest.fixture(scope="module")
def endpoint():
    with loopback_aws.moto_server() as address:
        loopback_aws.make_bucket(address, "trials-of-tests")
        yield address


class TestDynamoTrials(TrialRegistrySuite):
    @pytest.fixture
    def opened(self, endpoint, tmp_path):
        table = loopback_aws.make_table(endpoint, f"trials-{next(_tables)}")
        s3 = loopback_aws.client("s3", endpoint)

        def open_one():
            client = loopback_aws.client("dynamodb", endpoint)
            return DynamoTrials(client, table, S3Artifacts(s3, "trials-of-tests", table, tmp_path))

        return open_one

    @pytest.fixture
    def registry(self, opened):
        return opened()

    def test_runs_that_end_together_get_places_of_their_own(self, opened):
        registries, places = [opened() for _ in range(4)], []

        def register(number):
            places.append(registries[number].add(made_up_run("x" * (number + 1))))

        threads = [threading.Thread(target=register, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(places) == [1, 2, 3, 4]

    def test_what_was_taken_out_is_missed(self, registry):
        for idea in ("one", "three"):
            registry.add(made_up_run(idea))
        run = made_up_run("seven")
        place = registry.add(run)
        key = {"pk": {"S": "trials"}, "sk": {"S": f"run#{1:012d}"}}
        registry._client.delete_item(TableName=registry._table, Key=key)
        with pytest.raises(InvariantError, match="run 1 is missing"):
            list(registry.earlier(place, run))
