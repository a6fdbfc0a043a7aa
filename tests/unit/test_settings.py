"""The settings: every one is in `.env.example`, and a wrong one is a sentence that names it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic_settings import BaseSettings

from bot.errors import SettingsError
from bot.settings import Settings, load_settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"
KEY = "k" * 43 + "="


def fields(model: type[BaseSettings] = Settings) -> Iterator[tuple[str, Any]]:
    """Each variable with its default, the groups' ones too."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseSettings):
            yield from fields(field.annotation)
        else:
            variable = str(field.validation_alias or f"{model.model_config['env_prefix']}{name}").upper()
            yield variable, field.get_default(call_default_factory=True)


def example() -> dict[str, str]:
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE))


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment without any of our variables, in a folder without `.env`."""
    monkeypatch.chdir(tmp_path)
    for name, _ in fields():
        if name != "XDG_CACHE_HOME":
            monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_the_example_names_every_setting_and_no_other() -> None:
    assert set(example()) == {name for name, _ in fields()}


def test_the_example_shows_the_defaults() -> None:
    shown = {name: value for name, value in example().items() if name != "XDG_CACHE_HOME"}
    assert shown == {name: written(default) for name, default in fields() if name in shown}


def written(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default in (None, ()) else str(default)


def test_the_example_as_it_is_changes_nothing(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare = load_settings()
    lines = [line.removeprefix("#") for line in EXAMPLE.read_text().splitlines() if "=" in line]
    settled = [line for line in lines if re.match("[A-Z_]+=", line) and "XDG_" not in line]
    (tmp_path / ".env").write_text("\n".join(settled))
    assert load_settings() == bare


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BURST_WINDOW_S", "soon"),
        ("TURNS_PER_MINUTE", "0"),
        ("LOG_LEVEL", "loud"),
        ("LLM_PROVIDER", "oracle"),
        ("LLM_FALLBACK", "local,oracle"),
        ("OPENAI_MAX_STREAMS", "-1"),
        ("OPENAI_COMPOSES", "perhaps"),
        ("TELEGRAM_WEBHOOK_PORT", "99999"),
        ("TELEGRAM_BOT_TOKEN", "hush hush"),
        ("LOCAL_MODEL_THREADS", "many"),
        ("GIGACHAT_SCOPE", "ALL"),
        ("GIGACHAT_CA_BUNDLE_FILE", "/nowhere.pem"),
        ("GIGACHAT_CREDENTIALS", "ключ hush"),
        ("GIGACHAT_AUTH_URL", "hush"),
        ("GIGACHAT_BASE_URL", "http://hush:port/"),
        ("OPENAI_API_KEY", "ключ-hush"),
        ("OPENAI_BASE_URL", "host/v1"),
        ("OPENAI_BASE_URL", "ftp://hush@host/v1"),
        ("HF_ENDPOINT", "hub"),
        ("REDIS_URL", "hush"),
        ("REDIS_URL", "redis://127.0.0.1:hush/0"),
        ("REDIS_URL", "redis://:hush/word@host:6379/0"),
        ("REDIS_URL", "redis://host:99999"),
        ("REDIS_URL", "redis://host/zero"),
        ("TELEGRAM_API_BASE_URL", "hush"),
        ("TELEGRAM_BOT_TOKEN", "42:ключ-hush"),
        ("TELEGRAM_PROXY", "hush"),
        ("TELEGRAM_PROXY", "ftp://hush@host:1"),
        ("TELEGRAM_PROXY", "socks5://u:hush@host"),
        ("TELEGRAM_PROXY", "socks5://u:hush@host:port"),
        ("TELEGRAM_WEBHOOK_URL", "http://bot.example/hush"),
        ("TELEGRAM_WEBHOOK_URL", "bot.example"),
        ("TELEGRAM_WEBHOOK_SECRET", "hush hush"),
        ("TELEGRAM_WEBHOOK_SECRET", "h" * 257),
        ("TELEGRAM_WEBHOOK_PATH", "hush"),
        ("DATA_DIR", "/proc/nowhere"),
        ("DATA_KEYS", "hush"),
        ("DATA_KEYS", f"{KEY},hush"),
    ],
)
def test_a_wrong_value_is_a_sentence_that_names_its_variable(
    environment: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    environment.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).startswith(f"{variable}: ")
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({"LLM_PROVIDER": "gigachat"}, "GIGACHAT_CREDENTIALS"),
        ({"LLM_FALLBACK": "gigachat"}, "GIGACHAT_CREDENTIALS"),
        ({"TELEGRAM_WEBHOOK_URL": "https://bot.example/hook"}, "TELEGRAM_WEBHOOK_SECRET"),
        ({"DATABASE_URL": "postgresql://host/name"}, "DATA_KEYS is missing.*python -m bot keys new"),
    ],
)
def test_a_setting_that_needs_another_one_says_which(
    environment: pytest.MonkeyPatch, variables: dict[str, str], missing: str
) -> None:
    for name, value in variables.items():
        environment.setenv(name, value)
    with pytest.raises(SettingsError, match=missing):
        load_settings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REDIS_URL", "redis://localhost"),
        ("REDIS_URL", "rediss://user:p%2Fw@redis.example:6380/2?health_check_interval=5"),
        ("REDIS_URL", "unix:///run/redis.sock?db=1"),
        ("TELEGRAM_PROXY", "http://user:word@10.0.0.1:3128"),
        ("TELEGRAM_PROXY", "socks5://[::1]:1080"),
        ("TELEGRAM_WEBHOOK_SECRET", "aZ09_-"),
        ("OPENAI_BASE_URL", "http://[::1]:8000/v1"),
        ("TELEGRAM_API_BASE_URL", "http://bot-api:8081"),
        ("DATA_KEYS", KEY),
        ("DATA_KEYS", f"{KEY}, {KEY}"),
    ],
)
def test_a_right_value_is_taken(environment: pytest.MonkeyPatch, variable: str, value: str) -> None:
    environment.setenv(variable, value)
    load_settings()


@pytest.mark.parametrize("url", ["https://bot.example/hook", "http://127.0.0.1:8080/", "http://localhost/x"])
def test_a_webhook_is_public_or_on_this_machine(environment: pytest.MonkeyPatch, url: str) -> None:
    environment.setenv("TELEGRAM_WEBHOOK_SECRET", "s")
    environment.setenv("TELEGRAM_WEBHOOK_URL", url)
    assert load_settings().telegram.webhook_url == url


def test_nothing_is_made_where_nothing_is_kept(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATA_DIR", "/proc/nowhere")
    environment.setenv("REDIS_URL", "redis://host")
    environment.setenv("DATABASE_URL", "postgresql://host/name")
    environment.setenv("DATA_KEYS", KEY)
    environment.setenv("OPENAI_API_KEY", "k")
    assert load_settings().provider == "openai"


def test_a_file_in_another_encoding_is_told(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("TENANT=пекарня\n".encode("cp1251"))
    with pytest.raises(SettingsError, match="UTF-8"):
        load_settings()


def test_a_wrong_value_in_the_file_is_told_and_no_secret_is(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("TELEGRAM_BOT_TOKEN=42:SECRET\nTELEGRAM_REQUEST_TIMEOUT_S=никогда\n")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "TELEGRAM_REQUEST_TIMEOUT_S" in str(caught.value)
    assert "SECRET" not in str(caught.value)


def test_secrets_are_not_shown(environment: pytest.MonkeyPatch) -> None:
    for name in ("TELEGRAM_BOT_TOKEN", "OPENAI_API_KEY", "GIGACHAT_CREDENTIALS"):
        environment.setenv(name, "42:hush-hush")
    environment.setenv("TELEGRAM_PROXY", "socks5://u:hush@host:1080")
    environment.setenv("DATA_KEYS", "hush" * 10 + "abc=")
    assert "hush" not in repr(load_settings())


@pytest.mark.parametrize(
    ("variables", "provider"),
    [
        ({}, "local"),
        ({"OPENAI_API_KEY": "k"}, "openai"),
        ({"GIGACHAT_CREDENTIALS": "k"}, "gigachat"),
        ({"OPENAI_API_KEY": "k", "LLM_PROVIDER": "local"}, "local"),
        ({"OPENAI_API_KEY": ""}, "local"),
    ],
)
def test_the_key_that_is_there_chooses_the_model(
    environment: pytest.MonkeyPatch, variables: dict[str, str], provider: str
) -> None:
    for name, value in variables.items():
        environment.setenv(name, value)
    assert load_settings().provider == provider


def test_the_local_model_is_needed_as_a_fallback_too(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("OPENAI_API_KEY", "k")
    assert not load_settings().needs_local_model
    environment.setenv("LLM_FALLBACK", "local")
    assert load_settings().needs_local_model
