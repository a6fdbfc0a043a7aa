"""What a person would see in each chat, and the counters behind it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SUPERGROUP_BELOW = -1_000_000_000_000
DRAFT_LIVES_S = 30.0

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenMessage:
    """One message as it stands now. `history` holds every text it has had, the last one included."""

    chat_id: int
    message_id: int
    from_bot: bool
    text: str
    history: tuple[str, ...]
    deleted: bool = False
    kind: str = "text"
    """`text`, or the name of the field that holds its media: `photo`, `voice`, `document`..."""
    entities: tuple[Json, ...] = ()
    reply_markup: Json | None = None
    reply_to_message_id: int | None = None
    reactions: tuple[str, ...] = ()
    sender: str = ""
    """The first name that stands over the message."""
    thread: int | None = None
    """The forum topic it stands in; None: the chat itself, or the forum's General."""
    file_id: str = ""
    file_name: str = ""


@dataclass(kw_only=True, slots=True)
class StoredMessage:
    """A message as the Bot API shows it (`payload`), with what the Bot API forgets."""

    payload: Json
    from_bot: bool
    history: list[str]
    deleted: bool = False
    reactions: tuple[str, ...] = ()

    @property
    def message_id(self) -> int:
        return int(self.payload["message_id"])

    @property
    def text(self) -> str:
        return str(self.payload.get("text", self.payload.get("caption", "")))

    @property
    def service(self) -> bool:
        """Says that something happened, as "topic created", and has no content of its own."""
        return any(name in self.payload for name in SERVICE)

    @property
    def thread(self) -> int | None:
        return self.payload["message_thread_id"] if self.payload.get("is_topic_message") else None

    def seen(self) -> SeenMessage:
        payload = self.payload
        kind = next((name for name in _MEDIA if name in payload), "text")
        media = payload.get(kind) if kind != "photo" else payload["photo"][-1]
        file = media if isinstance(media, dict) else {}
        reply = payload.get("reply_to_message", {}).get("message_id")
        return SeenMessage(
            chat_id=payload["chat"]["id"],
            message_id=payload["message_id"],
            from_bot=self.from_bot,
            text=self.text,
            history=tuple(self.history),
            deleted=self.deleted,
            kind=kind,
            entities=tuple(payload.get("entities") or payload.get("caption_entities") or ()),
            reply_markup=payload.get("reply_markup"),
            reply_to_message_id=None if reply == self.thread else reply,
            reactions=self.reactions,
            sender=str(payload["from"].get("first_name", "")),
            thread=self.thread,
            file_id=str(file.get("file_id", "")),
            file_name=str(file.get("file_name", "")),
        )


SERVICE = (
    "forum_topic_created", "forum_topic_closed", "forum_topic_reopened", "forum_topic_edited",
    "migrate_to_chat_id", "migrate_from_chat_id", "new_chat_members",
)  # fmt: skip
_MEDIA = ("photo", "voice", "document", "sticker", "location", "contact", "video", "audio", "video_note")


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """The preview that a person sees while an answer is being written."""

    draft_id: int
    text: str
    expires_at: float


@dataclass(kw_only=True, slots=True)
class Topic:
    """A forum topic; its id is that of the message that says it was made."""

    thread: int
    name: str
    icon_color: int = 7322096
    icon_custom_emoji_id: str = ""
    closed: bool = False
    deleted: bool = False

    def to_json(self) -> Json:
        about: Json = {"name": self.name, "icon_color": self.icon_color}
        icon = {"icon_custom_emoji_id": self.icon_custom_emoji_id} if self.icon_custom_emoji_id else {}
        return {**about, **icon}


@dataclass(kw_only=True, slots=True)
class Chat:
    """One chat. Messages stay in order of their ids; deleted ones are kept, marked."""

    info: Json
    messages: dict[int, StoredMessage] = field(default_factory=dict)
    blocked: bool = False
    draft: Draft | None = None
    keyboard: Json | None = None
    """The reply keyboard that is shown under the input field."""
    last_message_id: int = 0
    """The supergroup's own counter; unused by private chats, which share the bot's."""
    topics: dict[int, Topic] = field(default_factory=dict)
    members: dict[int, Json] = field(default_factory=dict)
    """Who has been seen in a group, as ChatMember objects by person."""
    may_write: bool = True
    may_manage_topics: bool = True
    """What the bot may do in a group."""
    migrated_to: int | None = None
    """The supergroup that a basic group was upgraded to."""

    @property
    def private(self) -> bool:
        return bool(self.info["type"] == "private")

    @property
    def forum(self) -> bool:
        return bool(self.info.get("is_forum"))


_EXTENSIONS = {
    "photo": "jpg", "voice": "oga", "sticker": "webp", "audio": "mp3", "video": "mp4", "video_note": "mp4",
}  # fmt: skip


class ChatBook:
    """All chats of one bot. Private chats and basic groups share one counter of message ids."""

    def __init__(self, bot: Json, *, now: Callable[[], float] = time.monotonic) -> None:
        self.bot = bot
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, bytes] = {}
        """Contents of files, by file id."""
        self._last_message_id = 0
        self._now = now

    def open(self, chat_id: int, info: Json) -> Chat:
        """The chat, made from `info` when the bot has not met it."""
        chat = self.chats.get(chat_id)
        if chat is None:
            chat = self.chats[chat_id] = Chat(info={"id": chat_id, **info})
        return chat

    def next_message_id(self, chat: Chat) -> int:
        if chat.info["id"] < SUPERGROUP_BELOW:
            chat.last_message_id += 1
            return chat.last_message_id
        self._last_message_id += 1
        return self._last_message_id

    def add(self, chat: Chat, sender: Json, content: Json, *, thread: int | None = None) -> StoredMessage:
        """Puts a new message into the chat; one from the bot takes the place of the draft.

        In a topic what replies to nothing replies to the message that made the topic, as in Telegram.
        """
        if thread is not None:
            opening = chat.messages[thread].payload
            content = {"reply_to_message": opening, **content}
            content |= {"message_thread_id": thread, "is_topic_message": True}
        from_bot = sender["id"] == self.bot["id"]
        payload = {
            "message_id": self.next_message_id(chat),
            "from": sender,
            "chat": chat.info,
            "date": self.date(),
            **content,
        }
        message = StoredMessage(payload=payload, from_bot=from_bot, history=[])
        message.history.append(message.text)
        chat.messages[message.message_id] = message
        if from_bot:
            chat.draft = None
        return message

    @staticmethod
    def date() -> int:
        return int(time.time())

    def keep_file(self, kind: str, content: bytes) -> str:
        file_id = f"{kind}-{len(self.files) + 1}"
        self.files[file_id] = content
        return file_id

    @staticmethod
    def file_path(file_id: str) -> str:
        kind = file_id.partition("-")[0]
        return f"{kind}s/{file_id}.{_EXTENSIONS.get(kind, 'bin')}"

    def describe_file(self, kind: str, file_id: str, name: str = "file", **details: Any) -> Any:
        """The file as a message shows it; a photo is a list of its sizes."""
        size = len(self.files[file_id])
        about: Json = {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": size}
        if kind == "photo":
            return [{**about, "width": 90, "height": 67}, {**about, "width": 1280, "height": 960}]
        if kind == "voice":
            about |= {"duration": 1, "mime_type": "audio/ogg"}
        if kind == "audio":
            about |= {"duration": 1, "mime_type": "audio/mpeg"}
        if kind == "video":
            about |= {"duration": 1, "width": 640, "height": 360}
        if kind == "video_note":
            about |= {"duration": 1, "length": 240}
        if kind == "document":
            about |= {"file_name": name, "mime_type": "application/octet-stream"}
        return {**about, **details}

    def seen(self, chat_id: int, *, deleted: bool = False) -> list[SeenMessage]:
        """The chat's messages in order; with `deleted`, those too that are gone."""
        chat = self.chats.get(chat_id)
        if chat is None:
            return []
        return [message.seen() for message in chat.messages.values() if deleted or not message.deleted]

    def draft_text(self, chat_id: int) -> str | None:
        """The preview on the person's screen now; None when there is none (any more)."""
        chat = self.chats.get(chat_id)
        if chat is None or chat.draft is None or chat.draft.expires_at <= self._now():
            return None
        return chat.draft.text

    def set_draft(self, chat: Chat, draft_id: int, text: str) -> None:
        chat.draft = Draft(draft_id=draft_id, text=text, expires_at=self._now() + DRAFT_LIVES_S)

    def replies(self, chat_id: int, after: int | None = None) -> list[SeenMessage]:
        """The bot's visible messages after message id `after`, by default after the person's last one."""
        chat = self.chats.get(chat_id)
        if chat is None:
            return []
        found: list[SeenMessage] = []
        for message in reversed(chat.messages.values()):
            if (after is not None and message.message_id <= after) or (
                after is None and not message.from_bot
            ):
                break
            if message.from_bot and not message.deleted:
                found.append(message.seen())
        return found[::-1]
