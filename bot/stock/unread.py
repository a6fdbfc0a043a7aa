"""What a word that is not the table's does to a question: nothing, or it makes it ask something else."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.language.dictionary import dictionary_forms, grammemes, is_known
from bot.stock.clauses import Clause, is_first_person, is_singular_past
from bot.stock.marking import Marked
from bot.stock.tokens import Token
from bot.stock.vocabulary import Kind, lists_of, word_set

_FUNCTION = frozenset(("PREP", "CONJ", "PRCL", "NPRO", "INTJ", "PRED"))
_VERBAL = frozenset(("VERB", "INFN", "GRND"))
_DESCRIBING = frozenset(("ADJF", "ADJS", "PRTF", "NUMR", "COMP"))
_NAMES = frozenset(("Name", "Surn", "Patr"))
_SHORTEST_SLIP = 6
_COURTESIES = ("request", "request_for", "wish", "courtesy", "trifles", "is_there")
_OF_FEATURES = frozenset(("с", "со", "без", "with", "without"))
_QUESTIONS = ("which", "count", "price")
_AT_AN_HOUR = frozenset(("до", "во", "со", "с", "к", "ко"))


class Role(StrEnum):
    """What an unread word is to the question."""

    NOTHING = "nothing"
    MANNER = "manner"
    QUALITY = "quality"
    THING = "thing"
    """Something that the table does not know, in passing: «в Казани»."""
    ASKED = "asked"
    """What the question is about, and the table has not: «какой расход», «сколько весит», «вы продали»."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """One token where it stands. `allowed` are the lists of words.yaml that say nothing in this question."""

    marked: Marked
    place: int
    clause: Clause
    allowed: tuple[str, ...]
    is_priced: bool
    """Whether a price is asked for."""
    is_specific: bool
    """Whether the question says which rows: «машина для города» does not, and asks for advice."""
    is_compared: bool
    """Whether one of several is asked for, which «кто» may mean."""

    @property
    def token(self) -> Token:
        return self.marked.tokens[self.place]

    @property
    def tags(self) -> frozenset[str]:
        """The likeliest reading's."""
        return next(iter(grammemes(self.token.raw)), frozenset())

    def at(self, place: int) -> Token | None:
        """Another token of the same clause."""
        return self.marked.tokens[place] if self.clause.start <= place < self.clause.end else None

    def is_in(self, *lists: str) -> bool:
        return not lists_of(self.token).isdisjoint(lists)


def role_of(word: Word) -> Role:
    """The first rule that fits a word says what it is."""
    return next((role for fits, role in _RULES if fits(word)), Role.QUALITY)


def _is_own(word: Word) -> bool:
    """«мой GLC», «у меня GLC», «поменять мою на ...»: what somebody has already is in no table."""
    token, before = word.token, word.at(word.place - 1)
    if token.raw == "меня":
        return before is not None and before.raw == "у" and word.clause.names
    if not word.is_in("own"):
        return False
    following = next(_nouns_after(word), None)
    if following is None:
        return True
    found = word.marked.mark_at(following)
    return found is not None and (found.is_a(Kind.VALUE) or found.is_a(Kind.ITEM))


def _nouns_after(word: Word) -> "filter[int]":
    """The places of the next noun or name behind a word, if nothing but adjectives is between."""
    place = word.place + 1
    while (token := word.at(place)) is not None and word.marked.mark_at(place) is None and _describes(token):
        place += 1
    return filter(lambda at: _is_name_or_noun(word, at), [place])


def _is_name_or_noun(word: Word, place: int) -> bool:
    token = word.at(place)
    if token is None:
        return False
    return word.marked.mark_at(place) is not None or any("NOUN" in tags for tags in grammemes(token.raw)[:1])


def _describes(token: Token) -> bool:
    return token.number is not None or any(_DESCRIBING & tags for tags in grammemes(token.raw)[:1])


def _is_read(word: Word) -> bool:
    return word.place in word.marked.read


def _is_abbreviation(word: Word) -> bool:
    """«ТО» in capitals is not «то»."""
    text = word.marked.text
    written = word.token.raw.upper()
    is_meant = word.is_in("not", "and", "or", "exists", "most", "least")
    if not 2 <= len(written) <= 3 or is_meant or not _is_usual(word) or text.upper() == text:
        return False
    return re.search(rf"(?<!\w){re.escape(written)}(?!\w)", text) is not None


def _is_usual(word: Word) -> bool:
    return word.is_in(*_COURTESIES) or bool(_FUNCTION & word.tags)


def _asks_elsewhere(word: Word) -> bool:
    """«когда», «почему», «как», «до скольки»: no table answers these."""
    before, after = word.at(word.place - 1), word.at(word.place + 1)
    if word.is_in("count") and before is not None and before.raw in _AT_AN_HOUR:
        return not word.is_priced
    if word.token.raw == "такое" and before is not None and before.raw == "что":
        return True
    if not word.is_in("elsewhere"):
        return False
    is_vague = after is not None and after.raw in ("нибудь", "либо", "то")
    return not is_vague and not (word.is_compared and word.is_in("who"))


def _asks_how(word: Word) -> bool:
    """«как купить», «чем хорош», "how do I": of a way, not of a thing; «как насчёт» is none."""
    after = word.at(word.place + 1)
    if not word.is_in("how") or after is None:
        return False
    if word.token.raw.isascii():
        return after.raw not in ("many", "much", "about")
    return any({"VERB", "INFN", "ADJS"} & tags for tags in grammemes(after.raw)[:1])


def _deals(word: Word) -> bool:
    """«вы продали», «кто покупает», «продам», «do you buy»: of what others do, or did, with such things."""
    before = word.at(word.place - 1)
    if word.token.raw.isascii():
        return word.is_in("buys") and before is not None and before.raw == "you"
    if word.is_in("gives_away") and (is_first_person(word.token) or "INFN" in word.tags):
        return True
    if "past" in word.tags:  # «старый продал» is told of oneself
        return word.is_in("buys", "sells") and ("plur" in word.tags or _is_asked_before(word, word.place))
    return word.is_in("buys") and bool({"2per", "3per"} & word.tags) and "impr" not in word.tags


def _is_not_now(word: Word) -> bool:
    """«будет ли», «через год»: the table is of today; «какие будут варианты» is only polite."""
    if not word.is_in("will"):
        return word.is_in("not_now")
    return not word.is_priced and not word.marked.token_is(word.place - 1, "which")


def _says_nothing(word: Word) -> bool:
    token = word.token
    if token.number is None and len(token.raw) == 1:
        return True
    if word.is_in("nothing_read", "not_held", "judgement", "advice"):
        return False
    if word.is_in(*_COURTESIES, *word.allowed) or _is_mistyped_courtesy(token.raw):
        return True
    return token.number is None and bool(_FUNCTION & word.tags)


@lru_cache(maxsize=20_000)
def _is_mistyped_courtesy(word: str) -> bool:
    """«подскожите», «пожалусто»: one sign away, and no word of its own."""
    if len(word) < _SHORTEST_SLIP or is_known(word):
        return False
    forms = (word, *dictionary_forms(word)) if not word.isascii() else (word,)
    known = [known for name in _COURTESIES for known in word_set(name)]
    return any(process.extractOne(form, known, scorer=OSA.distance, score_cutoff=1) for form in forms)


def _is_vague(word: Word) -> bool:
    """«большой GLC»: of a size that no column holds, and said in passing; «GLC большой?» asks of it."""
    after = word.at(word.place + 1)
    is_before_another = after is not None and (word.place + 1 in word.marked.read or _describes(after))
    return word.is_specific and word.is_in("vague") and is_before_another


def _greets(word: Word) -> bool:
    """«добрый день» is no day."""
    return word.is_in("daytime") and any(word.marked.token_is(word.place - back, "good") for back in (1, 2))


def _is_background(word: Word) -> bool:
    return word.clause.is_background


def _is_a_person(word: Word) -> bool:
    """«жене», «коллега», «зовут Анна»: who wants it, not what; «сколько клиентов» asks of them."""
    after = word.at(word.place + 1)
    if _NAMES & word.tags:
        return True
    if word.token.number is not None:  # «двое детей»
        return after is not None and any({"NOUN", "anim"} <= tags for tags in grammemes(after.raw)[:1])
    if not {"NOUN", "anim"} <= word.tags or word.is_in("nothing_read", "not_held"):
        return False
    return not _is_asked_for(word) and not word.marked.token_is(word.place - 1, "price")


def _is_asked_for(word: Word) -> bool:
    """Whether «какой», «сколько» stands before a noun, its adjectives between."""
    place = word.place - 1
    while (token := word.at(place)) is not None:
        if not lists_of(token).isdisjoint(("which", "count")):
            return True
        if place in word.marked.read or not (_describes(token) or token.is_any(word_set("with"))):
            return False
        place -= 1
    return False


def _is_a_purpose(word: Word) -> bool:
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


def _is_told_of_oneself(word: Word) -> bool:
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
    if _is_asked_before(word, place):
        return False
    if is_first_person(token):
        return lists_of(token).isdisjoint(_COURTESIES)
    if _has_person_before(word, place):
        return any({"VERB", "sing"} <= tags for tags in grammemes(token.raw)[:1])
    return is_singular_past(token) and not word.clause.names


def _is_asked_before(word: Word, place: int) -> bool:
    asking = ("which", "count", "elsewhere")
    return any(
        not lists_of(word.marked.tokens[at]).isdisjoint(asking) for at in range(word.clause.start, place)
    )


def _has_person_before(word: Word, place: int) -> bool:
    before = word.marked.tokens[word.clause.start : place]
    return any({"NOUN", "anim"} <= tags for token in before for tags in grammemes(token.raw)[:1])


def _leads_to_a_wish(word: Word) -> bool:
    """«на дачу ездить нужен ...»: what is done with it."""
    later = word.marked.tokens[word.place + 1 : word.clause.end]
    return "INFN" in word.tags and any(not lists_of(token).isdisjoint(("wish",)) for token in later)


def _judges(word: Word) -> bool:
    """«лучше», «посоветуйте», «разница»: no table tells, but it may show what there is."""
    return word.is_in("judgement", "advice", "nothing_read") or (word.is_compared and word.is_in("differ"))


def _is_act(word: Word) -> bool:
    """«весит», «привезёте», «забронировать»: what is done with it is in no table."""
    return bool(_VERBAL & word.tags) or word.is_in("not_held")


def _is_subject(word: Word) -> bool:
    """«какой расход», «сколько ремней», «стоит доставка», «с фаркопом»: a noun that is asked for itself."""
    if not _is_thing(word):
        return False
    place = word.place - 1
    while (token := word.at(place)) is not None and place not in word.marked.read and _describes(token):
        if not lists_of(token).isdisjoint(_QUESTIONS):
            return True
        place -= 1
    if token is None:
        return False
    return token.raw in _OF_FEATURES or not lists_of(token).isdisjoint(_QUESTIONS)


def _is_thing(word: Word) -> bool:
    return word.token.number is None and (not word.tags or bool({"NOUN", "LATN"} & word.tags))


def _is_manner(word: Word) -> bool:
    return "ADVB" in word.tags


_RULES: tuple[tuple[Callable[[Word], bool], Role], ...] = (
    (_is_own, Role.ASKED),
    (_is_read, Role.NOTHING),
    (_is_abbreviation, Role.ASKED),
    (_asks_elsewhere, Role.ASKED),
    (_asks_how, Role.ASKED),
    (_is_not_now, Role.ASKED),
    (_deals, Role.ASKED),
    (_says_nothing, Role.NOTHING),
    (_judges, Role.QUALITY),
    (_is_vague, Role.NOTHING),
    (_greets, Role.NOTHING),
    (_is_background, Role.NOTHING),
    (_is_a_person, Role.NOTHING),
    (_is_a_purpose, Role.NOTHING),
    (_is_told_of_oneself, Role.NOTHING),
    (_leads_to_a_wish, Role.NOTHING),
    (_is_act, Role.ASKED),
    (_is_subject, Role.ASKED),
    (_is_thing, Role.THING),
    (_is_manner, Role.MANNER),
)
