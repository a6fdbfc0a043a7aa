"""Whether `make run` starts a worker for recordings."""

import os

import pytest

from bot.cli import run
from bot.errors import ServiceError, SettingsError
from bot.settings import Settings
from bot.wiring import recordings


def settings_with(*, enabled: bool | None, token: str | None = "42:TEST") -> Settings:
    return Settings.model_validate({"telegram": {"bot_token": token}, "voice": {"enabled": enabled}})


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICE_ENABLED", "")


def unreachable(*_: object) -> None:
    raise ServiceError("the speech model cannot be fetched")


def started(settings: Settings) -> list[str]:
    return [service.name for service in run.services(settings)]


def test_the_voice_worker_is_the_last_to_start() -> None:
    assert started(settings_with(enabled=True))[-1] == "voice"


@pytest.mark.parametrize("off", [{"enabled": False}, {"enabled": True, "token": None}])
def test_there_is_none_where_nobody_can_speak(off: dict[str, bool | None]) -> None:
    assert "voice" not in started(settings_with(**off))  # type: ignore[arg-type]


@pytest.mark.parametrize("missing", ["package", "weights"])
def test_what_cannot_be_had_and_was_not_asked_for_is_left_out_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    monkeypatch.setattr(recordings, "missing_package", lambda _: "av" if missing == "package" else None)
    monkeypatch.setattr(run, "fetch_speech_model", unreachable)
    settings = run.with_voice_or_without(settings_with(enabled=None))
    assert settings.voice.enabled is False
    assert os.environ["VOICE_ENABLED"] == "false"
    assert "Голосовые" in capsys.readouterr().err


def test_what_was_asked_for_and_cannot_be_had_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "missing_package", lambda _: "av")
    with pytest.raises(SettingsError, match="pip install"):
        run.with_voice_or_without(settings_with(enabled=True))
    monkeypatch.setattr(recordings, "missing_package", lambda _: None)
    monkeypatch.setattr(run, "fetch_speech_model", unreachable)
    with pytest.raises(ServiceError):
        run.with_voice_or_without(settings_with(enabled=True))
