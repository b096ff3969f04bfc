import itertools

import pytest

from botyard.adapters.artifact_store.folder import FolderArtifacts
from botyard.adapters.artifact_store.s3 import S3Artifacts
from botyard.errors import ConfigError, NotFound, RetryableError
from botyard.testing.ports import loopback_aws
from botyard.testing.ports.artifact_store_suite import ArtifactStoreSuite

_folders = itertools.count(1)


class TestFolderArtifacts(ArtifactStoreSuite):
    @pytest.fixture
    def again(self, tmp_path):
        return lambda: FolderArtifacts(tmp_path / "1-idea")

    @pytest.fixture
    def artifacts(self, again):
        return again()


@pytest.fixture(scope="module")
def s3():
    with loopback_aws.moto_server() as endpoint:
        client = loopback_aws.client("s3", endpoint)
        loopback_aws.make_bucket(endpoint, "runs-of-tests")
        yield client


class TestS3Artifacts(ArtifactStoreSuite):
    @pytest.fixture
    def again(self, s3, tmp_path):
        run = f"runs/{next(_folders)}-idea"
        return lambda: S3Artifacts(s3, "runs-of-tests", run, tmp_path / f"copies-{next(_folders)}")

    @pytest.fixture
    def artifacts(self, again):
        return again()

    def test_runs_whose_names_begin_alike_do_not_mix(self, s3, tmp_path):
        one = S3Artifacts(s3, "runs-of-tests", "runs/1-a", tmp_path / "a")
        S3Artifacts(s3, "runs-of-tests", "runs/1-ab", tmp_path / "b").write("run.json", b"other")
        assert not one.exists("run.json")
        assert list(one.path("run.json").parent.glob("*")) == []

    def test_a_bucket_that_is_not_there_is_said(self, s3, tmp_path):
        with pytest.raises(NotFound, match="no bucket"):
            S3Artifacts(s3, "nobody-s", "runs/1", tmp_path).write("run.json", b"")

    @pytest.mark.parametrize(("code", "kind"), [("AccessDenied", ConfigError), ("SlowDown", RetryableError)])
    def test_what_s3_has_against_it_says_who_acts(self, tmp_path, code, kind):
        from botocore.exceptions import ClientError

        class Shut:
            def put_object(self, **_):
                raise ClientError({"Error": {"Code": code}}, "PutObject")

        with pytest.raises(kind, match=code):
            S3Artifacts(Shut(), "bucket", "runs/1", tmp_path).write("run.json", b"")

    def test_missing_credentials_are_said(self, tmp_path):
        from botocore.exceptions import NoCredentialsError

        class Nobody:
            def get_object(self, **_):
                raise NoCredentialsError

        with pytest.raises(ConfigError, match="AWS_PROFILE"):
            S3Artifacts(Nobody(), "bucket", "runs/1", tmp_path).read("run.json")
