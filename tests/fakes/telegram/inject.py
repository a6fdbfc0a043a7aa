"""What people do: each action is an update true to life, put on the bot's queue."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.telegram.account import AccountMethods
from tests.fakes.telegram.state import SUPERGROUP_BELOW, Chat, ChatBook, Json, StoredMessage
from tests.fakes.telegram.text import utf16_length
from tests.fakes.telegram.updates import UpdateQueue


@dataclass(frozen=True, kw_only=True, slots=True)
class Injected:
    """What an action became. `message_id` is None for updates that are no message."""

    update_id: int
    message_id: int | None = None


class Injection:
    """People and what they send. A positive chat id is a private chat with the person of that id."""

    def __init__(
        self, book: ChatBook, updates: UpdateQueue, account: AccountMethods, changed: Callable[[int], None]
    ) -> None:
        self._book = book
        self._updates = updates
        self._account = account
        self._changed = changed
        self._last_callback = 5_000_000_000

    def person(self, person_id: int, *, name: str = "", username: str = "", language: str = "ru") -> Json:
        """The `from` of a person's messages."""
        info: Json = {"id": person_id, "is_bot": False, "first_name": name or f"Person {person_id}"}
        if username:
            info["username"] = username
        if language:
            info["language_code"] = language
        return info

    def open_chat(self, chat_id: int, *, title: str = "", name: str = "", username: str = "") -> Chat:
        """The chat, opened as by a person who has written to the bot before."""
        if chat_id > 0:
            info: Json = {"type": "private", "first_name": name or f"Person {chat_id}"}
            return self._book.open(chat_id, {**info, **({"username": username} if username else {})})
        kind = "supergroup" if chat_id < SUPERGROUP_BELOW else "group"
        return self._book.open(chat_id, {"type": kind, "title": title or f"Group {-chat_id}"})

    def message(
        self,
        chat_id: int,
        text: str,
        *,
        person_id: int | None = None,
        name: str = "",
        username: str = "",
        language: str = "ru",
        title: str = "",
        reply_to: int | None = None,
        extra: Json | None = None,
    ) -> Injected:
        """A text message; commands, mentions and links come with their entities, as clients send them."""
        content: Json = {"text": text}
        if entities := _entities_of(text):
            content["entities"] = entities
        content |= extra or {}
        sender = self._sender(chat_id, person_id, name=name, username=username, language=language)
        self.open_chat(chat_id, title=title, name=name, username=username)
        return self._post(chat_id, sender, content, reply_to)

    def content(
        self, chat_id: int, content: Json, *, person_id: int | None = None, language: str = "ru"
    ) -> Injected:
        """A message of any other content, given as the fields of the Bot API's Message."""
        return self._post(chat_id, self._sender(chat_id, person_id, language=language), content)

    def _sender(self, chat_id: int, person_id: int | None, **about: str) -> Json:
        if person_id is None and chat_id < 0:
            raise ValueError("say who writes in the group: person_id")
        return self.person(chat_id if person_id is None else person_id, **about)

    def _post(self, chat_id: int, sender: Json, content: Json, reply_to: int | None = None) -> Injected:
        chat = self.open_chat(chat_id)
        if reply_to is not None:
            content = {**content, "reply_to_message": _without_reply(chat.messages[reply_to].payload)}
        stored = self._book.add(chat, sender, content)
        update_id = self._updates.add({"message": stored.payload})
        self._changed(chat_id)
        return Injected(update_id=update_id, message_id=stored.message_id)

    def edited_message(self, chat_id: int, message_id: int, text: str) -> Injected:
        """A person changes an own message."""
        stored = self._book.chats[chat_id].messages[message_id]
        stored.payload = {**stored.payload, "text": text, "edit_date": self._book.date()}
        stored.history.append(text)
        update_id = self._updates.add({"edited_message": stored.payload})
        return Injected(update_id=update_id, message_id=message_id)

    def photo(self, chat_id: int, *, caption: str = "", content: bytes = b"jpeg") -> Injected:
        return self._file(chat_id, "photo", content, caption)

    def voice(self, chat_id: int, content: bytes = b"OggS", *, duration_s: int = 1) -> Injected:
        return self._file(chat_id, "voice", content, "", duration=duration_s)

    def audio(
        self, chat_id: int, content: bytes = b"ID3", *, duration_s: int = 1, **details: Any
    ) -> Injected:
        return self._file(chat_id, "audio", content, "", duration=duration_s, **details)

    def video_note(self, chat_id: int, content: bytes = b"mp4", *, duration_s: int = 1) -> Injected:
        return self._file(chat_id, "video_note", content, "", duration=duration_s)

    def sticker(self, chat_id: int, *, emoji: str = "👍") -> Injected:
        about = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._file(chat_id, "sticker", b"webp", "", emoji=emoji, **about)

    def document(
        self, chat_id: int, content: bytes, *, file_name: str, caption: str = "", mime_type: str = ""
    ) -> Injected:
        about = {"mime_type": mime_type} if mime_type else {}
        return self._file(chat_id, "document", content, caption, file_name=file_name, **about)

    def _file(self, chat_id: int, kind: str, content: bytes, caption: str, **details: Any) -> Injected:
        file_id = self._book.keep_file(kind, content)
        fields: Json = {kind: self._book.describe_file(kind, file_id, **details)}
        return self.content(chat_id, {**fields, **({"caption": caption} if caption else {})})

    def location(self, chat_id: int, latitude: float, longitude: float) -> Injected:
        return self.content(chat_id, {"location": {"latitude": latitude, "longitude": longitude}})

    def contact(self, chat_id: int, phone: str, *, user_id: int | None = None) -> Injected:
        """A shared contact: the sender's own unless `user_id` says whose."""
        whose = chat_id if user_id is None else user_id
        return self.content(
            chat_id, {"contact": {"phone_number": phone, "first_name": f"Person {whose}", "user_id": whose}}
        )

    def press(self, chat_id: int, data: str, *, person_id: int | None = None) -> Injected:
        """A press on the newest visible button with that callback data; raises LookupError without one."""
        for message in reversed(self._book.chats[chat_id].messages.values()):
            rows = message.payload.get("reply_markup", {}).get("inline_keyboard", ())
            if not message.deleted and any(
                button.get("callback_data") == data for row in rows for button in row
            ):
                return self._press(message, data, self._sender(chat_id, person_id))
        raise LookupError(f"no button {data!r} in chat {chat_id}")

    def _press(self, message: StoredMessage, data: str, sender: Json) -> Injected:
        self._last_callback += 1
        query_id = str(self._last_callback)
        self._account.callbacks.add(query_id)
        query = {
            "id": query_id,
            "from": sender,
            "chat_instance": "1",
            "data": data,
            "message": message.payload,
        }
        return Injected(update_id=self._updates.add({"callback_query": query}), message_id=message.message_id)

    def block(self, chat_id: int) -> Injected:
        """The person blocks the bot: sends fail with 403 from now on."""
        return self._member(chat_id, blocked=True)

    def unblock(self, chat_id: int) -> Injected:
        return self._member(chat_id, blocked=False)

    def _member(self, chat_id: int, *, blocked: bool) -> Injected:
        chat = self.open_chat(chat_id)
        chat.blocked = blocked
        kicked = {"user": self._book.bot, "status": "kicked", "until_date": 0}
        member = {"user": self._book.bot, "status": "member"}
        old, new = (member, kicked) if blocked else (kicked, member)
        change = {
            "chat": chat.info,
            "from": self.person(abs(chat_id)),
            "date": self._book.date(),
            "old_chat_member": old,
            "new_chat_member": new,
        }
        return Injected(update_id=self._updates.add({"my_chat_member": change}))

    def delete(self, chat_id: int, message_id: int) -> None:
        """The person deletes a message; the bot is not told."""
        self._book.chats[chat_id].messages[message_id].deleted = True

    def redeliver(self, update_id: int) -> None:
        """The same update once more, under the same id."""
        self._updates.redeliver(update_id)

    def raw(self, content: Json) -> Injected:
        """An update of any shape, e.g. of a kind that does not exist yet."""
        return Injected(update_id=self._updates.add(content))


def _without_reply(payload: Json) -> Json:
    """Messages nest one deep: a reply to a reply does not show the first."""
    return {name: value for name, value in payload.items() if name != "reply_to_message"}


def _entities_of(text: str) -> list[Json]:
    entities: list[Json] = []
    position = 0
    for word in text.split(" "):
        kind = _kind_of(word, first=position == 0)
        if kind:
            entities.append({"type": kind, "offset": position, "length": utf16_length(word)})
        position += utf16_length(word) + 1
    return entities


def _kind_of(word: str, *, first: bool) -> str:
    if word.startswith("/") and len(word) > 1 and word[1].isascii() and word[1].isalnum():
        return "bot_command"
    if word.startswith("@") and len(word) > 1:
        return "mention"
    if word.startswith(("http://", "https://")):
        return "url"
    return ""
