"""The nouns of a turn. Plain frozen values that know no framework."""

from bot.domain.answers import NOT_TAKEN, UNDELIVERABLE, Answer, Light, Outcome, TurnRecord, Usage, Verdict
from bot.domain.conversation import (
    COMMANDS,
    ChannelName,
    ChatRef,
    Recollection,
    Remark,
    Speaker,
    Turn,
    Utterance,
    UtteranceKind,
)
from bot.domain.outgoing import Button, CopyOf, FileRef, Keyboard, Outgoing, Purpose
from bot.domain.passages import Audience, Hit, Passage, approximate_tokens, join_heading

__all__ = [
    "COMMANDS",
    "NOT_TAKEN",
    "UNDELIVERABLE",
    "Answer",
    "Audience",
    "Button",
    "ChannelName",
    "ChatRef",
    "CopyOf",
    "FileRef",
    "Hit",
    "Keyboard",
    "Light",
    "Outcome",
    "Outgoing",
    "Passage",
    "Purpose",
    "Recollection",
    "Remark",
    "Speaker",
    "Turn",
    "TurnRecord",
    "Usage",
    "Utterance",
    "UtteranceKind",
    "Verdict",
    "approximate_tokens",
    "join_heading",
]
