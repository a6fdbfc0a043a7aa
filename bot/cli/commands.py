"""What each command runs. Each imports only what it needs, so that none pays for the others' start-up."""

import argparse
import asyncio
from collections.abc import Callable, Mapping
from importlib.util import find_spec

from bot.cli.process import no_search_for_garbage
from bot.errors import SettingsError
from bot.settings import Settings, load_settings

Options = argparse.Namespace


def run_command(options: Options) -> int:
    """Returns the exit status. Raises AssistantError for what people can mend."""
    if (bare := _without_settings(options)) is not None:
        return bare(options)
    return COMMANDS[options.command](options, load_settings())


def _without_settings(options: Options) -> Callable[[Options], int] | None:
    """The command if it works where nothing is set up yet."""
    match options.command:
        case "tenant":
            return _tenant
        case "knowledge":
            return _knowledge
        case "keys" if options.keys_command == "new":
            return _new_key
    return None


def _tenant(options: Options) -> int:
    from bot.cli import new_tenant, tenant

    return new_tenant.start(options.root) if options.tenant_command == "new" else tenant.check(options.path)


def _knowledge(options: Options) -> int:
    from bot.cli import knowledge

    return knowledge.run(options)


def _new_key(options: Options) -> int:
    from bot.cli import keys

    return keys.new()


def _receive(options: Options, settings: Settings) -> int:
    with no_search_for_garbage():  # aiogram builds 500 models: it saves a sixth of 4 s
        from bot.cli import receive

    return asyncio.run(receive.run(settings))


def _run(options: Options, settings: Settings) -> int:
    from bot.cli import chat, run

    return run.run(settings, chat=chat.talk)


def _stock(options: Options, settings: Settings) -> int:
    from bot.cli import stock

    return stock.refresh(settings) if options.stock_command == "refresh" else stock.show(settings)


def _keys(options: Options, settings: Settings) -> int:
    from bot.cli import keys

    return keys.rotate(settings)


def _staff(options: Options, settings: Settings) -> int:
    from bot.cli import staff

    return staff.run(settings, options)


def _ratings(options: Options, settings: Settings) -> int:
    _expect_extra("eval", "numpy")
    from bot.cli import ratings

    return ratings.run(settings)


def _proposals(options: Options, settings: Settings) -> int:
    from bot.cli import proposals

    return proposals.run(settings, options)


def _export(options: Options, settings: Settings) -> int:
    from bot.cli import export

    return export.run(settings, options)


def _backup(options: Options, settings: Settings) -> int:
    from bot.cli import backup

    return backup.run(settings, options)


def _agreement(options: Options, settings: Settings) -> int:
    from bot.cli import agreement

    return agreement.run(settings)


def _marks(options: Options, settings: Settings) -> int:
    _expect_extra("eval", "numpy")
    from bot.cli import marks

    return asyncio.run(marks.run(settings, options))


def _redis(options: Options, settings: Settings) -> int:
    from bot.cli import redis

    return redis.run(settings)


def _model(options: Options, settings: Settings) -> int:
    from bot.cli import model

    return model.run(settings)


def _chat(options: Options, settings: Settings) -> int:
    from bot.cli import chat

    return chat.run(settings)


def _ask(options: Options, settings: Settings) -> int:
    from bot.cli import ask

    return asyncio.run(ask.run(settings, options.question, as_json=options.json))


def _transcribe(options: Options, settings: Settings) -> int:
    _expect_extra("voice", "av")
    from bot.cli import transcribe

    return asyncio.run(transcribe.run(settings, options))


def _eval(options: Options, settings: Settings) -> int:
    if options.what == "voice":
        _expect_extra("voice", "av")
        from bot.cli import eval_voice

        return asyncio.run(eval_voice.run(settings, options))
    _expect_extra("eval", "numpy")
    from bot.cli import eval as evaluation

    return asyncio.run(evaluation.run(settings, evaluation.EvalOptions.of(options)))


def _replay(options: Options, settings: Settings) -> int:
    from bot.cli import replay

    return asyncio.run(replay.run(settings, options.turn))


def _expect_extra(extra: str, package: str) -> None:
    """Raises SettingsError where what `make setup` installs was left out."""
    if find_spec(package) is None:
        raise SettingsError(f"{package} is missing; install it with: pip install 'dezhurny[{extra}]'")


COMMANDS: Mapping[str | None, Callable[[Options, Settings], int]] = {
    None: _receive,
    "agreement": _agreement,
    "ask": _ask,
    "backup": _backup,
    "chat": _chat,
    "eval": _eval,
    "export": _export,
    "keys": _keys,
    "marks": _marks,
    "model": _model,
    "proposals": _proposals,
    "ratings": _ratings,
    "redis": _redis,
    "replay": _replay,
    "run": _run,
    "staff": _staff,
    "stock": _stock,
    "transcribe": _transcribe,
}
