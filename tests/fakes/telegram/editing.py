"""The methods that change what stands in a chat: edit, delete, react."""

from collections.abc import Mapping

from tests.fakes.telegram.messages import Method, check_buttons, full_text, open_chat
from tests.fakes.telegram.state import Chat, ChatBook, Json, StoredMessage
from tests.fakes.telegram.text import LONGEST_CAPTION, read_text
from tests.fakes.telegram.wire import Arguments, bad_request

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def _own_message(chat: Chat, arguments: Arguments, *, missing: str, bot_only: str) -> StoredMessage:
    message = chat.messages.get(arguments.integer("message_id"))
    if message is None or message.deleted:
        raise bad_request(missing)
    if not message.from_bot and bot_only:
        raise bad_request(bot_only)
    return message


class EditMethods:
    """One function per method, alike to `MessageMethods`."""

    def __init__(self, book: ChatBook) -> None:
        self._book = book

    def table(self) -> Mapping[str, Method]:
        return {
            "editMessageText": self.edit_message_text,
            "editMessageCaption": self.edit_message_caption,
            "editMessageReplyMarkup": self.edit_message_reply_markup,
            "deleteMessage": self.delete_message,
            "deleteMessages": self.delete_messages,
            "setMessageReaction": self.set_message_reaction,
        }

    def edit_message_text(self, arguments: Arguments) -> Json:
        chat = open_chat(self._book, arguments)
        message = _own_message(
            chat, arguments, missing="message to edit not found", bot_only="message can't be edited"
        )
        text, entities = full_text(arguments)
        if "text" not in message.payload:
            raise bad_request("there is no text in the message to edit")
        return self._change(message, {"text": text, "entities": entities}, arguments)

    def edit_message_caption(self, arguments: Arguments) -> Json:
        chat = open_chat(self._book, arguments)
        message = _own_message(
            chat, arguments, missing="message to edit not found", bot_only="message can't be edited"
        )
        if message.seen().kind == "text":
            raise bad_request("there is no caption in the message to edit")
        caption, entities = read_text(arguments, "caption", longest=LONGEST_CAPTION)
        return self._change(message, {"caption": caption, "caption_entities": entities}, arguments)

    def edit_message_reply_markup(self, arguments: Arguments) -> Json:
        chat = open_chat(self._book, arguments)
        message = _own_message(
            chat, arguments, missing="message to edit not found", bot_only="message can't be edited"
        )
        return self._change(message, {}, arguments)

    def _change(self, message: StoredMessage, content: Json, arguments: Arguments) -> Json:
        """An edit without a markup takes the old one away, as in Telegram."""
        markup = arguments.nested("reply_markup")
        if markup:
            check_buttons(markup)
        wanted = {**content, "reply_markup": markup if (markup or {}).get("inline_keyboard") else None}
        old = message.payload
        if all((old.get(name) or None) == (value or None) for name, value in wanted.items()):
            raise bad_request(_NOT_MODIFIED)
        payload = {key: value for key, value in old.items() if key not in wanted}
        payload |= {key: value for key, value in wanted.items() if value}
        message.payload = {**payload, "edit_date": self._book.date()}
        if content:
            message.history.append(message.text)
        return message.payload

    def delete_message(self, arguments: Arguments) -> bool:
        chat = open_chat(self._book, arguments)
        message = _own_message(chat, arguments, missing="message to delete not found", bot_only="")
        message.deleted = True
        return True

    def delete_messages(self, arguments: Arguments) -> bool:
        chat = open_chat(self._book, arguments)
        for message_id in arguments.nested("message_ids") or ():
            if (message := chat.messages.get(int(message_id))) is not None:
                message.deleted = True
        return True

    def set_message_reaction(self, arguments: Arguments) -> bool:
        chat = open_chat(self._book, arguments)
        message = _own_message(chat, arguments, missing="message to react not found", bot_only="")
        message.reactions = tuple(
            str(reaction.get("emoji", "")) for reaction in arguments.nested("reaction") or ()
        )
        return True
