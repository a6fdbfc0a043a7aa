"""Turn records for tests of the store."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain import Answer, ChannelName, ChatRef, Light, Outcome, TurnRecord, Usage, Verdict

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
CHAT = ChatRef(channel=ChannelName.TELEGRAM, chat_id="42")


def turn_record(number: int = 1, **changes: Any) -> TurnRecord:
    """The `number`-th turn of chat 42: one minute after the one before."""
    asked = NOON + timedelta(minutes=number)
    return TurnRecord(
        **{
            "turn_id": f"telegram:42:{number}",
            "tenant": "mercedes",
            "chat": CHAT,
            "person_id": "42",
            "person_name": "Анна",
            "language": "ru",
            "dialogue_id": "d1",
            "question": f"Вопрос {number}",
            "answer": answer(),
            "received_at": asked,
            "answered_at": asked + timedelta(seconds=2),
            "attempt": 1,
            **changes,
        }
    )


def answer(text: str = "Да, **есть** 😊", **changes: Any) -> Answer:
    return Answer(
        **{
            "text": text,
            "outcome": Outcome.ANSWERED,
            "light": Light.YELLOW,
            "sources": ("faq > Цены",),
            "verdicts": (Verdict(check="numbers", passed=True, detail=""),),
            "model": "scripted",
            "usage": Usage(prompt_tokens=100, completion_tokens=20, cost=0.25),
            "timings_ms": {"model": 12.5},
            "trace": {"prompt": "v1", "passages": [["faq-1", 0.5]]},
            **changes,
        }
    )
