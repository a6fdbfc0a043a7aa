"""What people do: each action is an update true to life, put on the bot's queue."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.telegram.account import AccountMethods
from tests.fakes.telegram.state import SUPERGROUP_BELOW, Chat, ChatBook, Json
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
        sender = self.person(person_id or chat_id, name=name, username=username, language=language)
        self.open_chat(chat_id, title=title, name=name, username=username)
        return self._post(chat_id, sender, content, reply_to)

    def content(
        self, chat_id: int, content: Json, *, person_id: int | None = None, language: str = "ru"
    ) -> Injected:
        """A message of any other content, given as the fields of the Bot API's Message."""
        return self._post(chat_id, self.person(person_id or chat_id, language=language), content)

    def _post(self, chat_id: int, sender: Json, content: Json, reply_to: int | None = None) -> Injected:
        chat = self.open_chat(chat_id)
        if reply_to is not None:
            content = {**content, "reply_to_message": chat.messages[reply_to].payload}
        stored = self._book.add(chat, sender, content)
        update_id = self._updates.add({"message": stored.payload})
        self._changed(chat_id)
        return Injected(update_id=update_id, message_id=stored.message_id)

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
