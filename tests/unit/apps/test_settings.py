from pathlib import Path

from botyard.apps import settings


def test_home_is_the_option_then_the_environment_then_the_default(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "_overrides", {})
    monkeypatch.delenv("BOTYARD_HOME", raising=False)
    assert settings.home() == Path.home() / ".botyard"
    monkeypatch.setenv("BOTYARD_HOME", str(tmp_path / "a"))
    assert settings.home() == tmp_path / "a"
    settings.use_home(tmp_path / "b")
    assert settings.home() == tmp_path / "b"
