"""Who there is, and how their messages get into a chat and onto the bot's queue."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.telegram.account import AccountMethods
from tests.fakes.telegram.state import SUPERGROUP_BELOW, Chat, ChatBook, Json
from tests.fakes.telegram.updates import UpdateQueue


@dataclass(frozen=True, kw_only=True, slots=True)
class Injected:
    """What an action became. `message_id` is None for updates that are no message."""

    update_id: int
    message_id: int | None = None


class People:
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

    def open_chat(
        self, chat_id: int, *, title: str = "", name: str = "", username: str = "", forum: bool = False
    ) -> Chat:
        """The chat, opened as by a person who has written to the bot before; `forum`: a group with topics."""
        if chat_id > 0:
            info: Json = {"type": "private", "first_name": name or f"Person {chat_id}"}
            return self._book.open(chat_id, {**info, **({"username": username} if username else {})})
        kind = "supergroup" if chat_id < SUPERGROUP_BELOW else "group"
        about: Json = {"type": kind, "title": title or f"Group {-chat_id}"}
        return self._book.open(chat_id, {**about, "is_forum": True} if forum else about)

    def content(
        self,
        chat_id: int,
        content: Json,
        *,
        person_id: int | None = None,
        language: str = "ru",
        thread: int | None = None,
        reply_to: int | None = None,
    ) -> Injected:
        """A message of any other content, given as the fields of the Bot API's Message."""
        return self._post(
            chat_id, self._sender(chat_id, person_id, language=language), content, reply_to, thread
        )

    def _sender(self, chat_id: int, person_id: int | None, **about: str) -> Json:
        if person_id is None and chat_id < 0:
            raise ValueError("say who writes in the group: person_id")
        return self.person(chat_id if person_id is None else person_id, **about)

    def _post(
        self,
        chat_id: int,
        sender: Json,
        content: Json,
        reply_to: int | None = None,
        thread: int | None = None,
    ) -> Injected:
        chat = self.open_chat(chat_id)
        chat.members.setdefault(sender["id"], {"user": sender, "status": "member"})
        if thread is not None and chat.topics[thread].deleted:
            raise LookupError(f"topic {thread} of chat {chat_id} is deleted")
        if reply_to is not None:
            content = {**content, "reply_to_message": _without_reply(chat.messages[reply_to].payload)}
        stored = self._book.add(chat, sender, content, thread=thread)
        update_id = self._updates.add({"message": stored.payload})
        self._changed(chat_id)
        return Injected(update_id=update_id, message_id=stored.message_id)


def _without_reply(payload: Json) -> Json:
    """Messages nest one deep: a reply to a reply does not show the first."""
    return {name: value for name, value in payload.items() if name != "reply_to_message"}
