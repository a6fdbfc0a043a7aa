"""The methods about the bot itself, its files and its callbacks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakes.telegram.messages import Method, open_chat
from tests.fakes.telegram.state import ChatBook, Json
from tests.fakes.telegram.text import utf16_length
from tests.fakes.telegram.wire import Arguments, bad_request

LARGEST_DOWNLOAD = 20 * 1024 * 1024
LONGEST_TOAST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Pressed:
    """Who pressed a button where."""

    person_id: int
    chat_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Toast:
    """What the person who pressed saw of the bot's answer; `text` is empty when only the clock stopped."""

    person_id: int
    chat_id: int
    text: str
    alert: bool


class AccountMethods:
    """What a bot asks about itself; `commands`, `profile` and `toasts` show what it has set."""

    def __init__(self, book: ChatBook) -> None:
        self._book = book
        self.commands: dict[str, list[Json]] = {}
        """Per scope and language, joined by a space: the commands set."""
        self.profile: dict[str, Any] = {}
        """What the setMy... and setChatMenuButton calls have left, by method."""
        self.callbacks: dict[str, Pressed] = {}
        """The callback queries that wait for an answer, by id."""
        self.answered_callbacks: dict[str, str] = {}
        self.toasts: list[Toast] = []
        self.on_toast: Callable[[int], None] = lambda person_id: None

    def table(self) -> Mapping[str, Method]:
        return {
            "getMe": lambda _: {
                **self._book.bot,
                "can_join_groups": True,
                "can_read_all_group_messages": True,
                "supports_inline_queries": False,
            },
            "getChat": self.get_chat,
            "getFile": self.get_file,
            "answerCallbackQuery": self.answer_callback_query,
            "setMyCommands": self.set_my_commands,
            "getMyCommands": lambda arguments: self.commands.get(_scope(arguments), []),
            "deleteMyCommands": lambda arguments: (
                self.commands.pop(_scope(arguments), None) is not None or True
            ),
            "setMyName": lambda arguments: self._set("setMyName", arguments),
            "setMyDescription": lambda arguments: self._set("setMyDescription", arguments),
            "setMyShortDescription": lambda arguments: self._set("setMyShortDescription", arguments),
            "setChatMenuButton": lambda arguments: self._set("setChatMenuButton", arguments),
            "logOut": lambda _: True,
            "close": lambda _: True,
        }

    def get_chat(self, arguments: Arguments) -> Json:
        chat = open_chat(self._book, arguments)
        return {**chat.info, "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}

    def get_file(self, arguments: Arguments) -> Json:
        file_id = arguments.text("file_id")
        content = self._book.files.get(file_id)
        if content is None:
            raise bad_request("invalid file_id")
        if len(content) > LARGEST_DOWNLOAD:
            raise bad_request("file is too big")
        return {
            "file_id": file_id,
            "file_unique_id": f"u{file_id}",
            "file_size": len(content),
            "file_path": self._book.file_path(file_id),
        }

    def answer_callback_query(self, arguments: Arguments) -> bool:
        query_id = arguments.text("callback_query_id")
        if query_id not in self.callbacks:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        text = arguments.text("text")
        if utf16_length(text) > LONGEST_TOAST:
            raise bad_request("MESSAGE_TOO_LONG")
        pressed = self.callbacks.pop(query_id)
        self.answered_callbacks[query_id] = text
        self.toasts.append(
            Toast(
                person_id=pressed.person_id,
                chat_id=pressed.chat_id,
                text=text,
                alert=arguments.flag("show_alert"),
            )
        )
        self.on_toast(pressed.person_id)
        return True

    def set_my_commands(self, arguments: Arguments) -> bool:
        commands = arguments.nested("commands")
        if not isinstance(commands, list):
            raise bad_request("commands must be an array")
        self.commands[_scope(arguments)] = commands
        return True

    def commands_seen(
        self, person_id: int, chat_id: int | None = None, language: str = "ru"
    ) -> dict[str, str]:
        """What the menu shows to a person in a chat, by default the private one: the narrowest scope set."""
        chat = person_id if chat_id is None else chat_id
        wide = "all_private_chats" if chat > 0 else "all_group_chats"
        for scope in (f"chat_member:{chat}:{person_id}", f"chat:{chat}", wide, "default"):
            for key in (f"{scope} {language}", scope):
                if key in self.commands:
                    return {command["command"]: command["description"] for command in self.commands[key]}
        return {}

    def _set(self, name: str, arguments: Arguments) -> bool:
        self.profile[name] = dict(arguments.values)
        return True


def _scope(arguments: Arguments) -> str:
    scope = arguments.nested("scope") or {"type": "default"}
    parts = [scope[part] for part in ("type", "chat_id", "user_id") if part in scope]
    return f"{':'.join(map(str, parts))} {arguments.text('language_code')}".strip()


_NO_GIFTS = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}
