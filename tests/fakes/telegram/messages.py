"""The methods that put something into a chat: send, copy, forward, drafts."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.telegram.state import Chat, ChatBook, Json
from tests.fakes.telegram.text import LONGEST_CAPTION, read_text
from tests.fakes.telegram.wire import ApiError, Arguments, Upload, bad_request

LONGEST_CALLBACK_DATA = 64
Method = Callable[[Arguments], Any]


def open_chat(book: ChatBook, arguments: Arguments) -> Chat:
    """The chat that a call names, if the bot may write there."""
    if not arguments.text("chat_id"):
        raise bad_request("chat_id is empty")
    name = arguments.text("chat_id")
    chat = book.chats.get(int(name)) if name.lstrip("-").isdigit() else None
    if chat is None:
        raise bad_request("chat not found")
    if chat.blocked:
        why = (
            "bot was blocked by the user"
            if chat.private
            else f"bot was kicked from the {chat.info['type']} chat"
        )
        raise ApiError(403, f"Forbidden: {why}")
    if chat.migrated_to is not None:
        what = "Bad Request: group chat was upgraded to a supergroup chat"
        raise ApiError(400, what, migrated_to=chat.migrated_to)
    return chat


def open_thread(chat: Chat, arguments: Arguments) -> int | None:
    """The topic that a call names, if the bot may write there; None is the chat itself."""
    if not chat.may_write:
        raise bad_request("not enough rights to send text messages to the chat")
    thread = arguments.integer("message_thread_id")
    if not thread:
        return None
    topic = chat.topics.get(thread)
    if topic is None or topic.deleted:
        raise bad_request("message thread not found")
    if topic.closed and not chat.may_manage_topics:
        raise bad_request("TOPIC_CLOSED")
    return thread


class MessageMethods:
    """One function per method, from arguments to the `result` of the answer; errors are raised."""

    def __init__(self, book: ChatBook, *, drafts: bool = True) -> None:
        self._book = book
        self.drafts = drafts
        """False: an older server, which does not know `sendMessageDraft`."""

    def table(self) -> Mapping[str, Method]:
        return {
            "sendMessage": self.send_message,
            "sendMessageDraft": self.send_message_draft,
            "sendChatAction": self.send_chat_action,
            "sendPhoto": lambda arguments: self.send_file(arguments, "photo"),
            "sendDocument": lambda arguments: self.send_file(arguments, "document"),
            "sendVoice": lambda arguments: self.send_file(arguments, "voice"),
            "sendAudio": lambda arguments: self.send_file(arguments, "audio"),
            "sendVideo": lambda arguments: self.send_file(arguments, "video"),
            "copyMessage": self.copy_message,
            "forwardMessage": self.forward_message,
        }

    def send_message(self, arguments: Arguments) -> Json:
        text, entities = full_text(arguments)
        chat = open_chat(self._book, arguments)
        content: Json = {"text": text}
        if entities:
            content["entities"] = entities
        return self._put(chat, arguments, content)

    def send_file(self, arguments: Arguments, kind: str) -> Json:
        chat = open_chat(self._book, arguments)
        upload = _upload_of(arguments, kind)
        file_id = arguments.text(kind)
        if upload is not None:
            file_id = self._book.keep_file(kind, upload.content)
        if file_id not in self._book.files:
            raise bad_request(
                f"there is no {kind} in the request" if not file_id else "wrong file identifier specified"
            )
        caption, entities = read_text(arguments, "caption", longest=LONGEST_CAPTION)
        about = {"duration": arguments.integer("duration")} if "duration" in arguments.values else {}
        name = upload.name if upload else "file"
        content: Json = {kind: self._book.describe_file(kind, file_id, name, **about)}
        if caption:
            content["caption"] = caption
        if entities:
            content["caption_entities"] = entities
        return self._put(chat, arguments, content)

    def _put(self, chat: Chat, arguments: Arguments, content: Json) -> Json:
        thread = open_thread(chat, arguments)
        reply = self._replied_message(chat, arguments)
        if reply is not None:
            content["reply_to_message"] = reply
            thread = thread or reply.get("message_thread_id")
        markup = arguments.nested("reply_markup")
        if markup and "inline_keyboard" in markup:
            check_buttons(markup)
            content["reply_markup"] = markup
        message = self._book.add(chat, self._book.bot, content, thread=thread)
        if markup and "inline_keyboard" not in markup:
            chat.keyboard = None if markup.get("remove_keyboard") else markup
        return message.payload

    def _replied_message(self, chat: Chat, arguments: Arguments) -> Json | None:
        parameters = arguments.nested("reply_parameters") or {}
        if parameters and "message_id" not in parameters:
            raise bad_request('can\'t find field "message_id"')
        message_id = int(parameters.get("message_id", arguments.integer("reply_to_message_id")))
        if not message_id:
            return None
        message = chat.messages.get(message_id)
        if message is not None and not message.deleted:
            return {name: value for name, value in message.payload.items() if name != "reply_to_message"}
        if parameters.get("allow_sending_without_reply") or arguments.flag("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")

    def forward_message(self, arguments: Arguments) -> Json:
        chat, source = open_chat(self._book, arguments), self._source(arguments, "forward")
        content = _content_of(source)
        sender, date = source["from"], source["date"]
        content["forward_origin"] = {"type": "user", "sender_user": sender, "date": date}
        return self._book.add(chat, self._book.bot, content, thread=open_thread(chat, arguments)).payload

    def copy_message(self, arguments: Arguments) -> Json:
        chat, source = open_chat(self._book, arguments), self._source(arguments, "copy")
        content = _content_of(source)
        if "text" not in content and "caption" in arguments.values:
            caption, entities = read_text(arguments, "caption", longest=LONGEST_CAPTION)
            content |= {"caption": caption, "caption_entities": entities}
        content = {name: value for name, value in content.items() if value}
        return {"message_id": self._put(chat, arguments, content)["message_id"]}

    def _source(self, arguments: Arguments, verb: str) -> Json:
        chat = self._book.chats.get(arguments.integer("from_chat_id"))
        message = chat.messages.get(arguments.integer("message_id")) if chat else None
        if message is None or message.deleted:
            raise bad_request(f"message to {verb} not found")
        if message.service:
            raise bad_request(f"message can't be {'copied' if verb == 'copy' else 'forwarded'}")
        return message.payload

    def send_message_draft(self, arguments: Arguments) -> bool:
        if not self.drafts:
            raise ApiError(404, "Not Found")
        chat = open_chat(self._book, arguments)
        if not chat.private:
            raise bad_request("message drafts can be sent only to private chats")
        draft_id = arguments.integer("draft_id")
        if draft_id == 0:
            raise bad_request("draft_id must be non-zero")
        text, _ = read_text(arguments)
        self._book.set_draft(chat, draft_id, text)
        return True

    def send_chat_action(self, arguments: Arguments) -> bool:
        open_thread(open_chat(self._book, arguments), arguments)
        if arguments.text("action") not in _ACTIONS:
            raise bad_request("wrong parameter action in request")
        return True


def _content_of(payload: Json) -> Json:
    return {name: value for name, value in payload.items() if name not in _LEFT_OUT}


def full_text(arguments: Arguments) -> tuple[str, list[Json]]:
    if not arguments.text("text"):
        raise bad_request("message text is empty")
    text, entities = read_text(arguments)
    if not text:
        raise bad_request("text must be non-empty")
    return text, entities


def check_buttons(markup: Json) -> None:
    for button in (button for row in markup.get("inline_keyboard", ()) for button in row):
        kinds = [name for name in button if name != "text" and button[name] != ""]
        if not kinds:
            raise bad_request(
                "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
            )
        if len(button.get("callback_data", "").encode()) > LONGEST_CALLBACK_DATA:
            raise bad_request("BUTTON_DATA_INVALID")


def _upload_of(arguments: Arguments, name: str) -> Upload | None:
    """The file of a field, sent under its own name or by `attach://`."""
    value = arguments.text(name)
    key = value.removeprefix("attach://") if value.startswith("attach://") else name
    return arguments.uploads.get(key)


_ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
        "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    }
)  # fmt: skip
_LEFT_OUT = frozenset(
    {
        "message_id", "from", "chat", "date", "reply_to_message", "reply_markup", "edit_date",
        "message_thread_id", "is_topic_message", "forward_origin",
    }
)  # fmt: skip
"""What belongs to the message and not to its content."""
