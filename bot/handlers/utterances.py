"""Turns what comes from Telegram into utterances."""

from datetime import UTC, datetime
from typing import Any

from aiogram.enums import ChatType, ContentType
from aiogram.types import CallbackQuery, Chat, Message, User

from bot.domain import COMMANDS, ChannelName, ChatRef, Utterance, UtteranceKind
from bot.handlers.recordings import recording_in
from bot.recordings import AudioRef, RecordingLimits
from bot.understanding.commands import command_in_words

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
    ContentType.LIVE_PHOTO: "photo",
}
"""What a person sends that has a sentence of its own; everything else that they send is "other"."""

_SERVICE = frozenset(
    {
        ContentType.NEW_CHAT_MEMBERS,
        ContentType.LEFT_CHAT_MEMBER,
        ContentType.CHAT_OWNER_LEFT,
        ContentType.CHAT_OWNER_CHANGED,
        ContentType.NEW_CHAT_TITLE,
        ContentType.NEW_CHAT_PHOTO,
        ContentType.DELETE_CHAT_PHOTO,
        ContentType.GROUP_CHAT_CREATED,
        ContentType.SUPERGROUP_CHAT_CREATED,
        ContentType.CHANNEL_CHAT_CREATED,
        ContentType.MESSAGE_AUTO_DELETE_TIMER_CHANGED,
        ContentType.MIGRATE_TO_CHAT_ID,
        ContentType.MIGRATE_FROM_CHAT_ID,
        ContentType.PINNED_MESSAGE,
        ContentType.SUCCESSFUL_PAYMENT,
        ContentType.REFUNDED_PAYMENT,
        ContentType.USER_SHARED,
        ContentType.USERS_SHARED,
        ContentType.CHAT_SHARED,
        ContentType.GIFT,
        ContentType.UNIQUE_GIFT,
        ContentType.GIFT_UPGRADE_SENT,
        ContentType.CONNECTED_WEBSITE,
        ContentType.WRITE_ACCESS_ALLOWED,
        ContentType.PROXIMITY_ALERT_TRIGGERED,
        ContentType.BOOST_ADDED,
        ContentType.CHAT_BACKGROUND_SET,
        ContentType.CHECKLIST_TASKS_DONE,
        ContentType.CHECKLIST_TASKS_ADDED,
        ContentType.DIRECT_MESSAGE_PRICE_CHANGED,
        ContentType.FORUM_TOPIC_CREATED,
        ContentType.FORUM_TOPIC_EDITED,
        ContentType.FORUM_TOPIC_CLOSED,
        ContentType.FORUM_TOPIC_REOPENED,
        ContentType.GENERAL_FORUM_TOPIC_HIDDEN,
        ContentType.GENERAL_FORUM_TOPIC_UNHIDDEN,
        ContentType.GIVEAWAY_CREATED,
        ContentType.GIVEAWAY_COMPLETED,
        ContentType.MANAGED_BOT_CREATED,
        ContentType.PAID_MESSAGE_PRICE_CHANGED,
        ContentType.POLL_OPTION_ADDED,
        ContentType.POLL_OPTION_DELETED,
        ContentType.SUGGESTED_POST_APPROVED,
        ContentType.SUGGESTED_POST_APPROVAL_FAILED,
        ContentType.SUGGESTED_POST_DECLINED,
        ContentType.SUGGESTED_POST_PAID,
        ContentType.SUGGESTED_POST_REFUNDED,
        ContentType.VIDEO_CHAT_SCHEDULED,
        ContentType.VIDEO_CHAT_STARTED,
        ContentType.VIDEO_CHAT_ENDED,
        ContentType.VIDEO_CHAT_PARTICIPANTS_INVITED,
        ContentType.WEB_APP_DATA,
        ContentType.COMMUNITY_CHAT_ADDED,
        ContentType.COMMUNITY_CHAT_REMOVED,
        ContentType.COMMUNITY_CHAT_JOINED,
    }
)
"""What happens in a chat without being said to anybody."""


def is_service(message: Message) -> bool:
    """Whether it tells what happened in the chat, and nobody said it."""
    return ContentType(message.content_type) in _SERVICE


def utterance_from(
    message: Message, update_id: int, me: User, recordings: RecordingLimits | None = None
) -> Utterance | None:
    """The utterance; None where silence is right: service messages, bots, others' talk in a group.

    Without `recordings` none is listened to.
    """
    private = message.chat.type == ChatType.PRIVATE
    sender = message.from_user
    if sender is None or sender.is_bot or not (private or _is_addressed(message, me)):
        return None
    kind, text, detail = _content(message, me)
    if kind is None:
        return None
    audio: AudioRef | None = None
    if kind is UtteranceKind.UNREADABLE and recordings is not None:
        kind, detail, audio = recording_in(message, recordings) or (kind, detail, None)
    return Utterance(
        update_id=str(update_id),
        **_whence(message.chat, sender),
        kind=kind,
        text=_encodable(text),
        detail=detail,
        message_id=message.message_id,
        audio=audio,
        received_at=datetime.now(UTC),
    )


def utterance_of_choice(query: CallbackQuery) -> Utterance | None:
    """What a tap on a button says; None where the message has no such button any more.

    It is named by its message: the buttons of one message say something once, however often they are tapped
    before they go away.
    """
    if not isinstance(query.message, Message):
        return None
    markup = query.message.reply_markup
    rows = markup.inline_keyboard if markup is not None else []
    said = next((button.text for row in rows for button in row if button.callback_data == query.data), None)
    if said is None:
        return None
    return Utterance(
        update_id=f"tap-{query.message.chat.id}-{query.message.message_id}",
        **_whence(query.message.chat, query.from_user),
        text=said,
        received_at=datetime.now(UTC),
    )


def _whence(chat: Chat, sender: User) -> dict[str, Any]:
    private = chat.type == ChatType.PRIVATE
    return {
        "chat": ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(chat.id), private=private),
        "person_id": str(sender.id),
        "person_name": _encodable(sender.full_name[:200]),
        "language": (sender.language_code or "ru")[:2].lower(),
    }


def _content(message: Message, me: User) -> tuple[UtteranceKind | None, str, str]:
    if message.text is not None:
        command, _, rest = message.text.partition(" ")
        kind = COMMANDS.get(command.split("@")[0].lower())
        if kind is not None:
            return kind, rest.strip(), ""
        text = _without_mention(message.text, me)
        return command_in_words(text) or UtteranceKind.TEXT, text, ""
    content = ContentType(message.content_type)
    if content in _SERVICE:
        return None, "", ""
    return UtteranceKind.UNREADABLE, message.caption or "", _UNREADABLE.get(content, "other")


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
    if replied is None or is_service(replied):  # whatever is said in a topic replies to its beginning
        return mention in text.lower()
    is_reply = replied.from_user is not None and replied.from_user.id == me.id
    return is_reply or mention in text.lower()


def _without_mention(text: str, me: User) -> str:
    start = text.lower().find(f"@{me.username}".lower())
    if start < 0:
        return text
    return (text[:start] + text[start + len(f"@{me.username}") :]).strip()
