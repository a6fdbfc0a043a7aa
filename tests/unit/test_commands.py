"""The command line: whatever it offers is run by something, and a fault is told in a sentence."""

import argparse

import pytest

from bot.__main__ import main
from bot.cli.commands import COMMANDS
from bot.cli.parser import build_parser
from bot.cli.process import CANNOT_RUN

WITHOUT_SETTINGS = {"tenant", "knowledge"}


def offered() -> set[str]:
    actions = build_parser()._actions
    return {name for each in actions if isinstance(each, argparse._SubParsersAction) for name in each.choices}


def test_whatever_is_offered_is_run() -> None:
    assert offered() == {name for name in COMMANDS if name is not None} | WITHOUT_SETTINGS


def test_no_command_takes_in_updates() -> None:
    assert build_parser().parse_args([]).command in COMMANDS


@pytest.mark.parametrize("words", [["dance"], ["staff"], ["keys", "eat"], ["ask"], ["backup", "restore"]])
def test_a_command_line_that_says_too_little_is_explained(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == CANNOT_RUN
    assert "usage: python -m bot" in capsys.readouterr().err


def test_a_key_is_made_where_nothing_is_set_up(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURN_DEADLINE_S", "soon")  # settings that cannot be read are not asked for
    assert main(["keys", "new"]) == 0
    assert len(capsys.readouterr().out.strip()) == 44


def test_settings_that_cannot_be_read_are_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_LEVEL", "shout")
    assert main(["ratings"]) == CANNOT_RUN
    assert capsys.readouterr().err.startswith("dezhurny: ")
