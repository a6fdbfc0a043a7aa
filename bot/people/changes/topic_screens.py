"""What admins read of forbidden topics, and the buttons under it."""

from collections.abc import Sequence

from bot.domain import Button, Keyboard
from bot.guard.forbidden import ForbiddenMatch
from bot.people.changes.changing import Made, Outcome, Standing
from bot.people.changes.screens import ChangeScreens, paragraphs, within
from bot.people.changes.topic_list import MOST_PHRASE_CHARACTERS, MOST_TOPICS, Faulty, Listed, TopicList
from bot.people.screen import Screen
from bot.tenant.model import Topic
from bot.texts.changing import ChangingText
from bot.texts.literal import literal
from bot.texts.topics import TopicText

_IN_ROW = 6
_MARKS = " .,!?:;…"
_ENTRIES_CHARACTERS = 2_500
_QUESTION_CHARACTERS = 150
_SHOWN_QUESTIONS = 3
_SHOWN_REMOVED = 30


class TopicScreens(ChangeScreens):
    """In one language."""

    def overview(self, listed: Listed, standing: Standing) -> Screen:
        shown = listed.topics[:MOST_TOPICS]
        lines = [
            self.say(
                TopicText.LINE_ADDED if topic.name in listed.added else TopicText.LINE,
                place=place,
                name=literal(topic.name[:MOST_TOPICS]),
            )
            for place, topic in enumerate(shown, start=1)
        ]
        if len(listed.topics) > len(shown):
            lines.append(self.say(TopicText.MORE, count=len(listed.topics) - len(shown)))
        text = self.say(TopicText.LIST, topics="\n".join(lines)) if lines else self.say(TopicText.NONE)
        removed = ""
        if listed.removed:
            removed = self.say(TopicText.REMOVED, names=", ".join(map(literal, listed.removed)))
        numbers = [
            self.button(str(place), "one", listed.mark, place - 1) for place in range(1, len(shown) + 1)
        ]
        rows: list[tuple[Button, ...]] = [
            tuple(numbers[at : at + _IN_ROW]) for at in range(0, len(numbers), _IN_ROW)
        ]
        rows.append(
            (self.button(self.say(TopicText.ADD), "add"), self.button(self.say(TopicText.TRY), "try"))
        )
        if listed.removed:
            rows.append((self.button(self.say(TopicText.TO_REMOVED), "removed"),))
        text = paragraphs(text, removed, self.last(standing), self.say(TopicText.HOW))
        return Screen(text=text, keyboard=Keyboard(rows=tuple(rows)))

    def one(self, listed: Listed, place: int) -> Screen:
        topic = listed.topics[place]
        origin = self.say(TopicText.OF_ADMIN if topic.name in listed.added else TopicText.OF_FILE)
        if topic.patterns:
            origin += self.say(TopicText.PATTERNS, count=len(topic.patterns))
        text = self.say(TopicText.ONE, name=literal(topic.name), origin=origin, entries=self._entries(topic))
        remove = self.button(self.say(TopicText.REMOVE), "del", listed.mark, place)
        return Screen(text=text, keyboard=Keyboard(rows=((remove,), (self._back(),))))

    def removed(self, listed: Listed) -> Screen:
        rows = [
            (self.button(self.say(TopicText.RESTORE, name=name), "back", listed.mark, place),)
            for place, name in enumerate(listed.removed[:_SHOWN_REMOVED])
        ]
        text = self.say(TopicText.REMOVED_LIST)
        return Screen(text=text, keyboard=Keyboard(rows=(*rows, (self._back(),))))

    def ask_words(self, name: str) -> Screen:
        return self.plain(TopicText.ASK_WORDS, name=literal(name))

    def faulty(self, faulty: Faulty) -> Screen:
        text = TopicText(f"topics_{faulty.fault}")
        return self.plain(text, most=faulty.most, entry=literal(faulty.entry), count=faulty.count)

    def ask_add(self, topic: Topic, own: Sequence[str], token: str) -> Screen:
        examples = "; ".join(
            f"«{literal(question[:_QUESTION_CHARACTERS])}»" for question in own[:_SHOWN_QUESTIONS]
        )
        told = self.say(TopicText.OWN_NONE)
        if own:
            told = self.say(TopicText.OWN_SOME, count=len(own), examples=examples)
        text = self.say(TopicText.ASK_ADD, name=literal(topic.name), entries=self._entries(topic), own=told)
        return self.asking(text, [(self.say(TopicText.YES_ADD), token)])

    def ask_remove(self, name: str, token: str) -> Screen:
        text = self.say(TopicText.ASK_REMOVE, name=literal(name))
        return self.asking(text, [(self.say(TopicText.YES_REMOVE), token)])

    def ask_restore(self, name: str, token: str) -> Screen:
        text = self.say(TopicText.ASK_RESTORE, name=literal(name))
        return self.asking(text, [(self.say(TopicText.YES_RESTORE), token)])

    def made(self, made: Made, topics: TopicList) -> Screen:
        if made.proposal is None or made.standing is None:
            return self.forgotten()
        before = topics.lists(made.proposal.before)
        if made.outcome is Outcome.OVERTAKEN:
            return self.overtaken(made.standing, self._changed(before, topics.lists(made.standing.value)))
        changed = self._changed(before, topics.lists(made.proposal.after))
        return self.plain(TopicText.DONE, changed="\n".join(changed))

    def tried(self, match: ForbiddenMatch | None, *, gives_orders: bool) -> Screen:
        if match is None:
            return self.plain(TopicText.ORDERS if gives_orders else TopicText.MISS)
        return self.plain(
            TopicText.HIT if match.entry else TopicText.HIT_PATTERN,
            name=literal(match.topic),
            written=literal(match.written.strip(_MARKS)[:MOST_TOPICS]),
            entry=literal(match.entry[:MOST_TOPICS]),
        )

    def phrase_long(self) -> Screen:
        return self.plain(TopicText.PHRASE_LONG, most=MOST_PHRASE_CHARACTERS)

    def _changed(self, before: Sequence[Topic], after: Sequence[Topic]) -> list[str]:
        added = [topic for topic in after if topic not in before]
        removed = [topic for topic in before if topic not in after]
        return [
            *(self.say(TopicText.CHANGED_ADDED, name=literal(topic.name)) for topic in added),
            *(self.say(TopicText.CHANGED_REMOVED, name=literal(topic.name)) for topic in removed),
        ]

    def _entries(self, topic: Topic) -> str:
        entries = [literal(entry) for entry in (*topic.words, *topic.phrases)]
        kept = within(entries, _ENTRIES_CHARACTERS)
        shown, more = ", ".join(kept), len(entries) - len(kept)
        return f"{shown} {self.say(TopicText.MORE, count=more)}" if more > 0 else shown

    def _back(self) -> Button:
        return self.button(self.say(ChangingText.BACK), "list")
