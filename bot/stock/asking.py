"""Words that make a question ask for what no table has: «когда», «какой расход», «вы продали», «мой»."""

import re

from bot.language.dictionary import grammemes
from bot.stock.clauses import is_first_person
from bot.stock.tokens import Token
from bot.stock.vocabulary import Kind, lists_of, word_set
from bot.stock.word import COURTESIES, FUNCTION, Word, describes, is_asked_before, is_thing

_BETTER = ("judgement", "greater", "lesser", "differ")
_ARTICLES = ("a", "an", "the")
_VERBAL = frozenset(("VERB", "INFN", "GRND"))
_OF_FEATURES = frozenset(("с", "со", "без", "with", "without"))
_THE_SAME = (["и", "то", "же"], ["и", "тот", "же"])
_QUESTIONS = ("which", "count", "price")
_AT_AN_HOUR = frozenset(("до", "во", "со", "с", "к", "ко"))


def is_own(word: Word) -> bool:
    """«мой GLC», «у меня GLC», «поменять мою на ...»: what somebody has already is in no table."""
    before = word.at(word.place - 1)
    if word.token.raw == "меня":
        return before is not None and before.raw == "у" and word.clause.names
    return word.is_in("own") and _is_of_row_or_nothing(word)


def _is_of_row_or_nothing(word: Word) -> bool:
    """«мой GLC» and «мою на ...», but neither «моя жена» nor «мой бюджет»."""
    place = word.place + 1
    while (token := word.at(place)) is not None and word.marked.mark_at(place) is None and describes(token):
        place += 1
    found = word.marked.mark_at(place) if token is not None else None
    if found is not None:
        return found.is_a(Kind.VALUE) or found.is_a(Kind.ITEM)
    return token is None or not any("NOUN" in tags for tags in grammemes(token.raw)[:1])


def is_abbreviation(word: Word) -> bool:
    """«ТО» in capitals is not «то»."""
    text = word.marked.text
    written = word.token.raw.upper()
    is_meant = word.is_in("not", "and", "or", "exists", "most", "least")
    if not 2 <= len(written) <= 3 or is_meant or not _is_usual(word) or text.upper() == text:
        return False
    return re.search(rf"(?<!\w){re.escape(written)}(?!\w)", text) is not None


def _is_usual(word: Word) -> bool:
    return word.is_in(*COURTESIES) or bool(FUNCTION & word.tags)


def asks_sameness(word: Word) -> bool:
    """«одно и то же», «одинаковый ли»: of a likeness that no cell tells."""
    after = [token.raw for place in (1, 2, 3) if (token := word.at(word.place + place)) is not None]
    return word.is_in("sameness") or (word.token.number == 1 and after in _THE_SAME)


def compares_with(word: Word) -> bool:
    """«длиннее, чем», "bigger than": what no column decides; a number may follow, which does."""
    after = word.marked.tokens[word.place + 1 : word.place + 4]  # a comma stands before «чем»
    if not after or after[0].raw not in ("чем", "than"):
        return False
    decides = word.has_sides and (word.place in word.marked.read or word.is_in(*word.allowed))
    return not decides and all(token.number is None for token in after)


def asks_what_is_better(word: Word) -> bool:
    """«чем дизель лучше бензина»: of the nature of things."""
    later = word.marked.tokens[word.place + 1 : word.clause.end]
    opens = word.place == word.clause.start or word.marked.token_is(word.place - 1, "and", "lean")
    return word.token.raw == "чем" and opens and any(not lists_of(x).isdisjoint(_BETTER) for x in later)


def is_worth(word: Word) -> bool:
    """«стоит ли брать», «подойдёт ли», «какая подойдёт»: of a judgement."""
    after = word.at(word.place + 1)
    if word.is_in("suits"):
        return not word.is_specific or (after is not None and after.raw == "ли")
    if word.token.raw != "стоит":
        return False
    later = word.at(word.place + 2) if after is not None and after.raw == "ли" else after
    return later is not None and any("INFN" in tags for tags in grammemes(later.raw)[:1])


def is_number(word: Word) -> bool:
    """A number that is of nothing in the table may turn the meaning; «один» hardly."""
    return word.token.number not in (None, 1.0)


def is_spoken_of(word: Word) -> bool:
    """«скидка на машины есть?», «гарантия на новые»: a thing by itself, and the table's names beside it."""
    if not {"NOUN", "inan"} <= word.tags or not any("nomn" in tags for tags in grammemes(word.token.raw)):
        return False
    before = word.at(word.place - 1)
    if before is not None and "PREP" in next(iter(grammemes(before.raw)), ()):
        return False
    if _has_owner(word):
        return True
    return any(_is_about(word, found.start - 1) for found in word.marked.of(Kind.VALUE, Kind.ITEM))


def _has_owner(word: Word) -> bool:
    """«расход дизельного GLE»."""
    place = word.place + 1
    after = word.at(place)
    return (
        after is not None and place in word.marked.read and any("gent" in t for t in grammemes(after.raw)[:1])
    )


def _is_about(word: Word, place: int) -> bool:
    while (token := word.at(place)) is not None and describes(token):
        place -= 1
    return token is not None and token.is_any(word_set("about_it"))


def is_superlative(word: Word) -> bool:
    """«самая безопасная»: the most of what no column holds."""
    return word.marked.token_is(word.place - 1, "superlative") and describes(word.token)


def asks_elsewhere(word: Word) -> bool:
    """«когда», «почему», «как», «до скольки»: no table answers these."""
    before, after = word.at(word.place - 1), word.at(word.place + 1)
    if word.is_in("count") and before is not None and before.raw in _AT_AN_HOUR:
        return not word.is_priced
    if word.token.raw in ("такое", "такого") and before is not None and before.raw in ("что", "чего"):
        return True
    if not word.is_in("elsewhere"):
        return False
    is_vague = after is not None and after.raw in ("нибудь", "либо", "то")
    return not is_vague and not (word.is_compared and word.is_in("who"))


def asks_how(word: Word) -> bool:
    """«как купить», «чем хорош», "how do I": of a way, not of a thing; «как насчёт» is none."""
    after = word.at(word.place + 1)
    if not word.is_in("how") or after is None:
        return False
    if word.token.raw.isascii():
        return after.raw not in ("many", "much", "about")
    return any({"VERB", "INFN", "ADJS"} & tags for tags in grammemes(after.raw)[:1])


def deals(word: Word) -> bool:
    """«вы продали», «кто покупает», «продам», «do you buy»: of what others do, or did, with such things."""
    before = word.at(word.place - 1)
    if word.token.raw.isascii():
        return word.is_in("buys") and before is not None and before.raw == "you"
    if word.is_in("gives_away") and (is_first_person(word.token) or "INFN" in word.tags):
        return True
    if "past" in word.tags:  # «старый продал» is told of oneself
        return word.is_in("buys", "sells") and ("plur" in word.tags or is_asked_before(word, word.place))
    return word.is_in("buys") and bool({"2per", "3per"} & word.tags) and "impr" not in word.tags


def is_not_now(word: Word) -> bool:
    """«будет ли», «через год»: the table is of today; «какие будут варианты» is only polite."""
    if word.token.raw in word_set("was"):
        return is_asked_before(word, word.place)
    if not word.is_in("will"):
        return word.is_in("not_now")
    return not word.is_priced and not word.marked.token_is(word.place - 1, "which")


def is_act(word: Word) -> bool:
    """«весит», «привезёте», «забронировать»: what is done with it is in no table."""
    return bool(_VERBAL & word.tags) or word.is_in("not_held")


def is_subject(word: Word) -> bool:
    """«какой расход», «сколько ремней», «стоит доставка», «с фаркопом»: a noun that is asked for itself."""
    if not is_thing(word):
        return False
    place = word.place - 1
    while (token := word.at(place)) is not None and place not in word.marked.read and _precedes(token):
        if not lists_of(token).isdisjoint(_QUESTIONS):
            return True
        place -= 1
    if token is None:
        return False
    return token.raw in _OF_FEATURES or not lists_of(token).isdisjoint(_QUESTIONS)


def _precedes(token: Token) -> bool:
    return describes(token) or token.raw in _ARTICLES
