"""What people do: each action is an update true to life, put on the bot's queue."""

from typing import Any

from tests.fakes.telegram.gathering import Gathering
from tests.fakes.telegram.people import Injected
from tests.fakes.telegram.pressing import Pressing
from tests.fakes.telegram.state import Json
from tests.fakes.telegram.text import utf16_length


class Injection(Pressing, Gathering):
    """People and what they send. A positive chat id is a private chat with the person of that id."""

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
        thread: int | None = None,
        extra: Json | None = None,
    ) -> Injected:
        """A text message; commands, mentions and links come with their entities, as clients send them."""
        content: Json = {"text": text}
        if entities := _entities_of(text):
            content["entities"] = entities
        content |= extra or {}
        sender = self._sender(chat_id, person_id, name=name, username=username, language=language)
        self.open_chat(chat_id, title=title, name=name, username=username)
        return self._post(chat_id, sender, content, reply_to, thread)

    def edited_message(self, chat_id: int, message_id: int, text: str) -> Injected:
        """A person changes an own message."""
        stored = self._book.chats[chat_id].messages[message_id]
        stored.payload = {**stored.payload, "text": text, "edit_date": self._book.date()}
        stored.history.append(text)
        update_id = self._updates.add({"edited_message": stored.payload})
        return Injected(update_id=update_id, message_id=message_id)

    def photo(self, chat_id: int, *, caption: str = "", content: bytes = b"jpeg", **where: Any) -> Injected:
        """`where`, here and below: `person_id`, `thread`, `reply_to`, as for `content`."""
        return self._file(chat_id, "photo", content, caption, where)

    def voice(self, chat_id: int, content: bytes = b"OggS", *, duration_s: int = 1, **where: Any) -> Injected:
        return self._file(chat_id, "voice", content, "", where, duration=duration_s)

    def audio(
        self, chat_id: int, content: bytes = b"ID3", *, duration_s: int = 1, **details: Any
    ) -> Injected:
        return self._file(chat_id, "audio", content, "", {}, duration=duration_s, **details)

    def video_note(
        self, chat_id: int, content: bytes = b"mp4", *, duration_s: int = 1, **where: Any
    ) -> Injected:
        return self._file(chat_id, "video_note", content, "", where, duration=duration_s)

    def sticker(self, chat_id: int, *, emoji: str = "👍", **where: Any) -> Injected:
        about = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._file(chat_id, "sticker", b"webp", "", where, emoji=emoji, **about)

    def document(
        self,
        chat_id: int,
        content: bytes,
        *,
        file_name: str,
        caption: str = "",
        mime_type: str = "",
        **where: Any,
    ) -> Injected:
        about = {"mime_type": mime_type} if mime_type else {}
        return self._file(chat_id, "document", content, caption, where, file_name=file_name, **about)

    def _file(
        self, chat_id: int, kind: str, content: bytes, caption: str, where: Json, **details: Any
    ) -> Injected:
        file_id = self._book.keep_file(kind, content)
        fields: Json = {kind: self._book.describe_file(kind, file_id, **details)}
        return self.content(chat_id, {**fields, **({"caption": caption} if caption else {})}, **where)

    def location(self, chat_id: int, latitude: float, longitude: float, **where: Any) -> Injected:
        return self.content(chat_id, {"location": {"latitude": latitude, "longitude": longitude}}, **where)

    def contact(
        self,
        chat_id: int,
        phone: str,
        *,
        user_id: int | None = None,
        forwarded: bool = False,
        **where: Any,
    ) -> Injected:
        """A shared contact: the sender's own unless `user_id` says whose; 0: of one who has no Telegram."""
        whose = where.get("person_id", chat_id) if user_id is None else user_id
        about: Json = {"phone_number": phone, "first_name": f"Person {whose or phone}"}
        content: Json = {"contact": about | ({"user_id": whose} if whose else {})}
        if forwarded:
            origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": self._book.date()}
            content["forward_origin"] = origin
        return self.content(chat_id, content, **where)

    def delete(self, chat_id: int, message_id: int) -> None:
        """The person deletes a message; the bot is not told."""
        self._book.chats[chat_id].messages[message_id].deleted = True

    def redeliver(self, update_id: int) -> None:
        """The same update once more, under the same id."""
        self._updates.redeliver(update_id)

    def raw(self, content: Json) -> Injected:
        """An update of any shape, e.g. of a kind that does not exist yet."""
        return Injected(update_id=self._updates.add(content))


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
