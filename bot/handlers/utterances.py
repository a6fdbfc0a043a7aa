"""Turns a Telegram message into an utterance."""

from datetime import UTC, datetime

from aiogram.enums import ChatType, ContentType
from aiogram.types import Message, User

from bot.domain import COMMANDS, ChannelName, ChatRef, Utterance, UtteranceKind

_UNREADABLE = {
    ContentType.PHOTO: "photo",
    ContentType.VIDEO: "video",
    ContentType.ANIMATION: "video",
    ContentType.VIDEO_NOTE: "video",
    ContentType.VOICE: "voice",
    ContentType.AUDIO: "audio",
    ContentType.DOCUMENT: "document",
    ContentType.STICKER: "sticker",
    ContentType.LOCATION: "location",
    ContentType.VENUE: "location",
    ContentType.CONTACT: "contact",
    ContentType.POLL: "other",
    ContentType.DICE: "other",
    ContentType.STORY: "other",
    ContentType.GAME: "other",
    ContentType.CHECKLIST: "other",
    ContentType.PAID_MEDIA: "other",
}
"""Everything a person sends that cannot be read yet. Service messages (joined, pinned...) are not listed."""


def utterance_from(message: Message, update_id: int, me: User) -> Utterance | None:
    """The utterance; None where silence is right: service messages, bots, others' talk in a group."""
    private = message.chat.type == ChatType.PRIVATE
    sender = message.from_user
    if sender is None or sender.is_bot or not (private or _is_addressed(message, me)):
        return None
    kind, text, detail = _content(message, me)
    if kind is None:
        return None
    return Utterance(
        update_id=str(update_id),
        chat=ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(message.chat.id), private=private),
        person_id=str(sender.id),
        person_name=_encodable(sender.full_name[:200]),
        language=(sender.language_code or "ru")[:2].lower(),
        kind=kind,
        text=_encodable(text),
        detail=detail,
        message_id=message.message_id,
        received_at=datetime.now(UTC),
    )


def _content(message: Message, me: User) -> tuple[UtteranceKind | None, str, str]:
    if message.text is not None:
        command, _, rest = message.text.partition(" ")
        kind = COMMANDS.get(command.split("@")[0].lower())
        if kind is not None:
            return kind, rest.strip(), ""
        return UtteranceKind.TEXT, _without_mention(message.text, me), ""
    unreadable = _UNREADABLE.get(ContentType(message.content_type))
    if unreadable is None:
        return None, "", ""
    return UtteranceKind.UNREADABLE, message.caption or "", unreadable


def _encodable(text: str) -> str:
    """Without halves of surrogate pairs, which some clients send and no UTF-8 can hold."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def _is_addressed(message: Message, me: User) -> bool:
    """In a group: a command to this bot, a mention of it, or a reply to it."""
    text = message.text or message.caption or ""
    mention = f"@{me.username}".lower()
    if text.startswith("/"):
        command = text.split()[0].lower()
        return command.endswith(mention) or ("@" not in command and command in COMMANDS)
    replied = message.reply_to_message
    is_reply = replied is not None and replied.from_user is not None and replied.from_user.id == me.id
    return is_reply or mention in text.lower()


def _without_mention(text: str, me: User) -> str:
    start = text.lower().find(f"@{me.username}".lower())
    if start < 0:
        return text
    return (text[:start] + text[start + len(f"@{me.username}") :]).strip()
