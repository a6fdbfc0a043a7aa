"""What a word that is not the table's does to a question: nothing, or it makes it ask something else."""

from collections.abc import Callable
from enum import StrEnum

from bot.stock import asking, chatter
from bot.stock.word import Word, is_thing


class Role(StrEnum):
    """What an unread word is to the question."""

    NOTHING = "nothing"
    PURPOSE = "purpose"
    """What it is for: «для дачи». It may narrow what is wished, and asks for no cell of the table."""
    MANNER = "manner"
    QUALITY = "quality"
    THING = "thing"
    """Something that the table does not know, in passing: «в Казани»."""
    ASKED = "asked"
    """What the question is about, and the table has not: «какой расход», «сколько весит», «вы продали»."""


def role_of(word: Word) -> Role:
    """The first rule that fits a word says what it is."""
    return next((role for fits, role in _RULES if fits(word)), Role.QUALITY)


def _is_read(word: Word) -> bool:
    return word.place in word.marked.read


def _judges(word: Word) -> bool:
    """«лучше», «посоветуйте», «разница»: no table tells, but it may show what there is."""
    return word.is_in("judgement", "advice", "nothing_read") or (word.is_compared and word.is_in("differ"))


def _is_background(word: Word) -> bool:
    return word.clause.is_background


def _is_manner(word: Word) -> bool:
    return "ADVB" in word.tags


_RULES: tuple[tuple[Callable[[Word], bool], Role], ...] = (
    (asking.is_own, Role.ASKED),
    (asking.compares_with, Role.ASKED),
    (asking.asks_what_is_better, Role.ASKED),
    (asking.is_worth, Role.ASKED),
    (_is_read, Role.NOTHING),
    (asking.asks_sameness, Role.ASKED),
    (asking.is_abbreviation, Role.ASKED),
    (asking.asks_elsewhere, Role.ASKED),
    (asking.asks_how, Role.ASKED),
    (asking.is_not_now, Role.ASKED),
    (asking.deals, Role.ASKED),
    (chatter.says_nothing, Role.NOTHING),
    (chatter.is_a_simile, Role.NOTHING),
    (chatter.is_even_one, Role.NOTHING),
    (chatter.is_no_more, Role.NOTHING),
    (chatter.is_told_of_oneself, Role.NOTHING),
    (_judges, Role.QUALITY),
    (chatter.is_vague, Role.NOTHING),
    (chatter.greets, Role.NOTHING),
    (_is_background, Role.NOTHING),
    (chatter.is_a_person, Role.NOTHING),
    (chatter.is_a_purpose, Role.PURPOSE),
    (chatter.is_a_use, Role.PURPOSE),
    (chatter.leads_to_a_wish, Role.NOTHING),
    (asking.is_act, Role.ASKED),
    (asking.is_subject, Role.ASKED),
    (asking.is_spoken_of, Role.ASKED),
    (asking.is_number, Role.ASKED),
    (is_thing, Role.THING),
    (_is_manner, Role.MANNER),
    (asking.is_superlative, Role.ASKED),
)
