"""The questions of a run, each with a mark of its own that its answer repeats."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from tests.fakes.telegram import SeenMessage

_MARK = re.compile(r"\bq\d+m\d+\b")
_ANSWER_ID = re.compile(r"ключ ([a-z]+)\.")


def mark_of(chat_id: int, number: int) -> str:
    return f"q{chat_id}m{number}"


def marks_in(text: str) -> list[str]:
    return _MARK.findall(text)


def answer_to(marks: list[str], answer_id: str) -> str:
    """What the scripted model says; `answer_id` (small letters) tells two answers to one question apart."""
    return f"Отвечаю на {', '.join(marks)}: всё верно, спасибо за вопрос. Это ключ {answer_id}."


@dataclass(kw_only=True, slots=True)
class Counts:
    """What a run of conversations came to."""

    conversations: int = 0
    questions: int = 0
    lost: int = 0
    """Questions that no visible message answers."""
    doubled: int = 0
    """Questions with two different answers, in two messages or one after the other in one."""
    repeated: int = 0
    """Questions whose one answer stands there twice."""
    out_of_order: int = 0
    """Neighbours in a chat of which the later question is answered first."""

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            conversations=self.conversations + other.conversations,
            questions=self.questions + other.questions,
            lost=self.lost + other.lost,
            doubled=self.doubled + other.doubled,
            repeated=self.repeated + other.repeated,
            out_of_order=self.out_of_order + other.out_of_order,
        )


@dataclass(kw_only=True, slots=True)
class Conversations:
    """The marks asked in each chat, in order."""

    asked: dict[int, list[str]] = field(default_factory=dict)

    def ask(self, chat_id: int) -> str:
        """A new mark for the chat's next question."""
        marks = self.asked.setdefault(chat_id, [])
        marks.append(mark_of(chat_id, len(marks) + 1))
        return marks[-1]

    def count(self, seen: dict[int, list[SeenMessage]]) -> Counts:
        """Compare with what is visible in each chat, the person's own messages included."""
        total = Counts(conversations=len(self.asked))
        for chat_id, marks in self.asked.items():
            total += _count_chat(marks, [message for message in seen[chat_id] if message.from_bot])
        return total


def _count_chat(asked: list[str], answers: list[SeenMessage]) -> Counts:
    said = [marks_in(message.text) for message in answers]
    order = [asked.index(mark) for marks in said for mark in marks]
    doubled = repeated = 0
    for mark in asked:
        messages = [message for message, marks in zip(answers, said, strict=True) if mark in marks]
        ids = {match for m in messages for text in m.history for match in _ANSWER_ID.findall(text)}
        doubled += len(ids) > 1
        repeated += len(messages) > 1 and len(ids) == 1
    return Counts(
        questions=len(asked),
        lost=sum(not any(mark in marks for marks in said) for mark in asked),
        doubled=doubled,
        repeated=repeated,
        out_of_order=sum(later < earlier for earlier, later in pairwise(order)),
    )
