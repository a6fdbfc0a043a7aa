"""Asks back, once, where a few words may mean several things; offers the nearest where nothing is sure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from bot.data_files import read_data
from bot.dialogue.work import Work
from bot.domain import Hit
from bot.findings import Finding, FindingKind, Inquiry
from bot.language.lemmas import Lemmatiser
from bot.texts.catalogue import Text, Texts

_MOST_WORDS = 2
"""A longer question says itself what it is about."""
_LIKELY_FROM = 0.45
_AS_LIKELY = 0.15
_MOST_CHOICES = 3
_NEAR_FROM = 0.15
"""Below it a passage has hardly more to do with the question than any other."""
_SAME = 0.35
"""The share of the words of the shorter text from which two speak of the same."""
_CUT_FROM = 40
"""So much of a long title is enough to know it by."""
_SOURCE = "choice"
_BESIDE = "beside"


class Clarifier:
    """Stateless: what was offered is kept in the focus of the answer."""

    def __init__(self, lemmatiser: Lemmatiser, texts: Texts) -> None:
        self._lemmatiser = lemmatiser
        self._texts = texts

    def chosen(self, inquiry: Inquiry) -> Inquiry:
        """The inquiry for what was chosen, where the last answer offered a choice and this one makes it."""
        choices = inquiry.focus.get("choices", ()) if inquiry.focus.get("source") == _SOURCE else ()
        titles = [title for title, _ in choices]
        place = _by_title(inquiry.text, titles)
        if place is None:
            place = _place(inquiry.text, len(titles))
        if place is None:
            place = self._by_words(inquiry.text, titles)
        if place is None:
            return inquiry
        return replace(inquiry, text=titles[place], passage_id=choices[place][1])

    def ask(self, work: Work, inquiry: Inquiry) -> None:
        """Put a question before all findings if passages of different subjects are as likely."""
        if work.recollection.remarks or inquiry.focus.get("source") == _SOURCE:
            return
        found = work.findings[0] if work.findings else None
        if found is None or found.kind is not FindingKind.PASSAGES:
            return
        words = frozenset(self._lemmatiser.lemmas(inquiry.text))
        if len(words) > _MOST_WORDS:
            return
        rivals = self._rivals(work.hits, words)
        if len(rivals) > 1:
            work.findings.insert(0, self._offer(rivals, Text.WHICH_ONE, work))

    def nearest(self, work: Work) -> Finding | None:
        """What may have been meant by a question that nothing answers surely."""
        near: dict[str, Hit] = {}
        for hit in work.hits[:_MOST_CHOICES]:
            if hit.score >= _NEAR_FROM:
                near.setdefault(hit.passage.title, hit)
        return self._offer([*near.values()], Text.UNSURE, work) if near else None

    def _rivals(self, hits: Sequence[Hit], words: frozenset[str]) -> list[Hit]:
        """The likely passages of which none says what another one says."""
        rivals: list[Hit] = []
        for hit in hits[:_MOST_CHOICES]:
            is_likely = hit.score >= max(_LIKELY_FROM, hits[0].score - _AS_LIKELY)
            own = self._said(hit) - words
            is_told = any(
                other.passage.title == hit.passage.title or _alike(own, self._said(other) - words)
                for other in rivals
            )
            if is_likely and not is_told:
                rivals.append(hit)
        return rivals

    def _said(self, hit: Hit) -> frozenset[str]:
        return frozenset(self._lemmatiser.lemmas(f"{hit.passage.title} {hit.passage.text}"))

    def _offer(self, hits: Sequence[Hit], text: Text, work: Work) -> Finding:
        choices = [(hit.passage.title, hit.passage.passage_id) for hit in hits]
        listed = "\n".join(f"{number}. {title}" for number, (title, _) in enumerate(choices, start=1))
        return Finding(
            kind=FindingKind.CHOICE,
            text=self._texts.say(text, work.language, choices=listed),
            certainty=1.0,
            focus={"source": _SOURCE, "choices": choices},
            choices=tuple(title for title, _ in choices),
            asks_back=True,
        )

    def _by_words(self, text: str, choices: Sequence[str]) -> int | None:
        """Which choice alone has all the words that were said: one word more may ask something else."""
        said = set(self._lemmatiser.lemmas(text))
        fits = [place for place, choice in enumerate(choices) if said <= set(self._lemmatiser.lemmas(choice))]
        return fits[0] if said and len(fits) == 1 else None


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _SAME * max(min(len(one), len(other)), 1)


def _by_title(text: str, titles: Sequence[str]) -> int | None:
    """Whose words they are: what a button says, which may be cut where it is long."""
    said = _words(text)
    for place, title in enumerate(titles):
        is_cut = len(text) >= _CUT_FROM and title.startswith(text)
        if said and (is_cut or _words(title) == said):
            return place
    return None


def _place(text: str, number: int) -> int | None:
    """The place that is named, from 0: «2», «второе», «последний вариант»; nothing else may be asked."""
    words = _words(text)
    places = {_ordinals()[word] for word in words if word in _ordinals()}
    if len(places) != 1 or not _beside().union(_ordinals()).issuperset(words):
        return None
    place = places.pop()
    place = number if place < 0 else place
    return place - 1 if 1 <= place <= number else None


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower().replace("ё", "е"))


@cache
def _ordinals() -> dict[str, int]:
    """Every form of each ordinal with its number; -1 is the last."""
    return {word: place for place, words in _loaded().items() if isinstance(place, int) for word in words}


@cache
def _beside() -> frozenset[str]:
    return frozenset(_loaded()[_BESIDE])


@cache
def _loaded() -> dict[int | str, list[str]]:
    loaded: dict[int | str, list[str]] = read_data(Path(__file__).with_name("ordinals.yaml"))
    return loaded
