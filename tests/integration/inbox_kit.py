"""What somebody says to an inbox, and turns of it."""

from datetime import UTC, datetime

from bot.domain import ChannelName, ChatRef, Turn, Utterance, UtteranceKind
from bot.queue.inbox import Inbox


def say(text: str, *, update: int | None = None, chat: str = "42", kind: str = "text") -> Utterance:
    return Utterance(
        update_id=f"{chat}/{text}" if update is None else str(update),
        chat=ChatRef(channel=ChannelName.TELEGRAM, chat_id=chat),
        person_id=chat,
        kind=UtteranceKind(kind),
        text=text,
        received_at=datetime.now(UTC),
    )


CHAT = say("").chat.key


async def begin(inbox: Inbox, count: int = 10, chat: str = CHAT) -> Turn:
    turn = await inbox.begin(chat, count, worker="w")
    assert turn is not None
    return turn


def texts(turn: Turn) -> list[str]:
    return [utterance.text for utterance in turn.utterances]
