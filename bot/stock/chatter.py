"""Words that only come with a question: courtesy, who wants it and what for, a tale of oneself."""

import re
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.language.dictionary import dictionary_forms, grammemes, is_known
from bot.stock.clauses import is_first_person, is_singular_past
from bot.stock.tokens import Token
from bot.stock.vocabulary import lists_of, word_set
from bot.stock.word import COURTESIES, FUNCTION, Word, describes, is_asked_before

_NAMES = frozenset(("Name", "Surn", "Patr"))
_SHORTEST_SLIP = 6
_VAGUE_ENDS = ("нибудь", "нить")
_NOT_MEANT = ("elsewhere", "how")
"""Where these ask for something, another rule has said so: «где-нибудь»."""


def says_nothing(word: Word) -> bool:
    token = word.token
    if token.number is None and len(token.raw) == 1:
        return True
    if word.is_in("nothing_read", "not_held", "judgement", "advice"):
        return False
    if word.is_in(*COURTESIES, *word.allowed, *_NOT_MEANT) or _is_mistyped_courtesy(token.raw):
        return True
    if token.raw.endswith(_VAGUE_ENDS):
        return True
    return token.number is None and bool(FUNCTION & word.tags)


@lru_cache(maxsize=20_000)
def _is_mistyped_courtesy(word: str) -> bool:
    """«подскожите», «пожалусто»: one sign away, and no word of its own."""
    if len(word) < _SHORTEST_SLIP or is_known(word):
        return False
    forms = (word, *dictionary_forms(word)) if not word.isascii() else (word,)
    known = [known for name in COURTESIES for known in word_set(name)]
    return any(process.extractOne(form, known, scorer=OSA.distance, score_cutoff=1) for form in forms)


def is_vague(word: Word) -> bool:
    """«большой GLC»: of a size that no column holds, and said in passing; «GLC большой?» asks of it."""
    after = word.at(word.place + 1)
    is_before_another = after is not None and (word.place + 1 in word.marked.read or describes(after))
    return word.is_specific and word.is_in("vague") and is_before_another


def greets(word: Word) -> bool:
    """«добрый день» is no day."""
    return word.is_in("daytime") and any(word.marked.token_is(word.place - back, "good") for back in (1, 2))


def is_a_person(word: Word) -> bool:
    """«жене», «коллега», «зовут Анна»: who wants it, not what; «сколько клиентов» asks of them."""
    after = word.at(word.place + 1)
    if _NAMES & word.tags and _may_be_a_name(word):
        return True
    if word.token.number is not None or word.is_in("own"):  # «двое детей», «моей жене»
        return after is not None and any({"NOUN", "anim"} <= tags for tags in grammemes(after.raw)[:1])
    if not {"NOUN", "anim"} <= word.tags or word.is_in("nothing_read", "not_held"):
        return False
    return not _is_asked_for(word) and not word.marked.token_is(word.place - 1, "price")


def _may_be_a_name(word: Word) -> bool:
    """A dictionary guesses names of words that it has not: «клиренц»."""
    raw = word.token.raw
    return is_known(raw) or re.search(rf"\b{re.escape(raw.capitalize())}\b", word.marked.text) is not None


def is_a_simile(word: Word) -> bool:
    """«зелёный как трава»."""
    before = word.place - 1
    return word.marked.token_is(before, "how") and before - 1 in word.marked.read and "NOUN" in word.tags


def is_even_one(word: Word) -> bool:
    """«есть хоть одна», «хотя бы одну»."""
    before = word.at(word.place - 1)
    return word.token.number == 1 and before is not None and before.raw in ("хоть", "бы", "ни")


def is_no_more(word: Word) -> bool:
    """«ни копейкой больше» after an amount."""
    near = range(max(word.clause.start, word.place - 2), word.place)
    if word.marked.token_is(word.place + 1, "greater"):
        return word.marked.tokens[word.place - 1].raw == "ни"
    return word.is_in("greater") and any(word.marked.tokens[at].raw in ("ни", "не", "no") for at in near)


def _is_asked_for(word: Word) -> bool:
    """Whether «какой», «сколько» stands before a noun, its adjectives between."""
    place = word.place - 1
    while (token := word.at(place)) is not None:
        if not lists_of(token).isdisjoint(("which", "count")):
            return True
        if place in word.marked.read or not (describes(token) or token.is_any(word_set("with"))):
            return False
        place -= 1
    return False


def is_a_purpose(word: Word) -> bool:
    """«для дальних поездок», «на дачу», «под такси»: what it is for is not what it is."""
    place = word.place - 1
    while word.is_specific and (token := word.at(place)) is not None and place not in word.marked.read:
        if token.is_any(word_set("purpose")):
            return True
        if token.is_any(word_set("purpose_in")):
            return word.is_in("purposes") and not (token.raw == "в" and word.is_in("daytime"))
        if any({"VERB", "INFN"} & tags for tags in grammemes(token.raw)[:1]):
            return False
        place -= 1
    return False


def is_told_of_oneself(word: Word) -> bool:
    """«езжу по трассе», «коллега посоветовал»: a verb of the customer's, and what follows it."""
    place = word.place
    while (token := word.at(place)) is not None and place not in word.marked.read:
        if place != word.place and not lists_of(token).isdisjoint(("which", "count", "wish", "request_for")):
            return False
        if _is_tale(word, place, token):
            return True
        place -= 1
    return False


def _is_tale(word: Word, place: int, token: Token) -> bool:
    after = word.at(place + 1)
    if (after is not None and after.raw == "ли") or not lists_of(token).isdisjoint(
        ("gives_away", "nothing_read")
    ):
        return False
    if is_asked_before(word, place):
        return False
    if is_first_person(token):
        return lists_of(token).isdisjoint(COURTESIES)
    if _has_person_before(word, place):
        return any({"VERB", "sing"} <= tags for tags in grammemes(token.raw)[:1])
    return is_singular_past(token) and not word.clause.names


def _has_person_before(word: Word, place: int) -> bool:
    before = word.marked.tokens[word.clause.start : place]
    return any({"NOUN", "anim"} <= tags for token in before for tags in grammemes(token.raw)[:1])


def is_a_use(word: Word) -> bool:
    """«нужен фургон возить товар»: what it is needed for, and what follows it."""
    place = word.place
    while (token := word.at(place)) is not None and place not in word.marked.read:
        if any("INFN" in tags for tags in grammemes(token.raw)[:1]) and place - 1 in word.marked.read:
            before = word.marked.tokens[word.clause.start : place]
            return any(other.raw in word_set("needed") for other in before)
        place -= 1
    return False


def leads_to_a_wish(word: Word) -> bool:
    """«на дачу ездить нужен ...»: what is done with it."""
    later = word.marked.tokens[word.place + 1 : word.clause.end]
    return "INFN" in word.tags and any(not lists_of(token).isdisjoint(("wish",)) for token in later)
