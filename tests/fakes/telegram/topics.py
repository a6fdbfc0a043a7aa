"""Forum topics, as a bot makes and closes them, and the members of a group."""

from collections.abc import Mapping

from tests.fakes.telegram.messages import Method, open_chat
from tests.fakes.telegram.state import Chat, ChatBook, Json, Topic
from tests.fakes.telegram.wire import Arguments, bad_request

LONGEST_NAME = 128


class TopicMethods:
    """What a bot does with topics; each change leaves a message that says so."""

    def __init__(self, book: ChatBook) -> None:
        self._book = book

    def table(self) -> Mapping[str, Method]:
        return {
            "createForumTopic": self.create,
            "editForumTopic": self.edit,
            "closeForumTopic": lambda arguments: self._set_closed(arguments, closed=True),
            "reopenForumTopic": lambda arguments: self._set_closed(arguments, closed=False),
            "deleteForumTopic": self.delete,
            "getForumTopicIconStickers": lambda _: _ICONS,
            "getChatMember": self.get_chat_member,
            "getChatAdministrators": self.get_chat_administrators,
        }

    def create(self, arguments: Arguments) -> Json:
        chat = self._forum(arguments, "create a topic")
        name = arguments.text("name").strip()
        if not 0 < len(name) <= LONGEST_NAME:
            raise bad_request("TOPIC_TITLE_EMPTY" if not name else "TOPIC_TITLE_TOO_LONG")
        icon = arguments.text("icon_custom_emoji_id")
        return topic_json(open_topic(self._book, chat, self._book.bot, name, icon))

    def edit(self, arguments: Arguments) -> bool:
        chat, topic = self._topic(arguments, "edit the topic")
        name = arguments.text("name") or topic.name
        icon = arguments.text("icon_custom_emoji_id") or topic.icon_custom_emoji_id
        if (name, icon) == (topic.name, topic.icon_custom_emoji_id):
            raise bad_request("TOPIC_NOT_MODIFIED")
        topic.name, topic.icon_custom_emoji_id = name, icon
        self._book.add(chat, self._book.bot, {"forum_topic_edited": {"name": name}}, thread=topic.thread)
        return True

    def delete(self, arguments: Arguments) -> bool:
        chat, topic = self._topic(arguments, "delete the topic")
        delete_topic(chat, topic.thread)
        return True

    def _set_closed(self, arguments: Arguments, *, closed: bool) -> bool:
        chat, topic = self._topic(arguments, "close the topic" if closed else "reopen the topic")
        if topic.closed == closed:
            raise bad_request("TOPIC_NOT_MODIFIED")
        close_topic(self._book, chat, self._book.bot, topic.thread, closed=closed)
        return True

    def _forum(self, arguments: Arguments, what: str) -> Chat:
        chat = open_chat(self._book, arguments)
        if not chat.forum:
            raise bad_request("the chat is not a forum")
        if not chat.may_manage_topics:
            raise bad_request(f"not enough rights to {what}")
        return chat

    def _topic(self, arguments: Arguments, what: str) -> tuple[Chat, Topic]:
        chat = self._forum(arguments, what)
        topic = chat.topics.get(arguments.integer("message_thread_id"))
        if topic is None or topic.deleted:
            raise bad_request("message thread not found")
        return chat, topic

    def get_chat_member(self, arguments: Arguments) -> Json:
        chat, person_id = open_chat(self._book, arguments), arguments.integer("user_id")
        if person_id == self._book.bot["id"]:
            return bot_member(self._book.bot, chat)
        known = chat.members.get(person_id)
        if known is None:
            raise bad_request("PARTICIPANT_ID_INVALID" if not chat.private else "user not found")
        return known

    def get_chat_administrators(self, arguments: Arguments) -> list[Json]:
        chat = open_chat(self._book, arguments)
        if chat.private:
            raise bad_request("there are no administrators in the private chat")
        leading = [member for member in chat.members.values() if member["status"] in _LEADING]
        return [bot_member(self._book.bot, chat), *leading]


def open_topic(book: ChatBook, chat: Chat, by: Json, name: str, icon: str = "") -> Topic:
    topic = Topic(thread=0, name=name, icon_custom_emoji_id=icon)
    message = book.add(chat, by, {"forum_topic_created": topic.to_json()})
    topic.thread = message.message_id
    message.payload |= {"message_thread_id": topic.thread, "is_topic_message": True}
    chat.topics[topic.thread] = topic
    return topic


def close_topic(book: ChatBook, chat: Chat, by: Json, thread: int, *, closed: bool) -> Json:
    """The message that says so."""
    chat.topics[thread].closed = closed
    event = "forum_topic_closed" if closed else "forum_topic_reopened"
    return book.add(chat, by, {event: {}}, thread=thread).payload


def delete_topic(chat: Chat, thread: int) -> None:
    """The topic is gone with all that was written there; nobody is told."""
    chat.topics[thread].deleted = True
    for message in chat.messages.values():
        if message.thread == thread:
            message.deleted = True


def topic_json(topic: Topic) -> Json:
    return {"message_thread_id": topic.thread, **topic.to_json()}


def bot_member(bot: Json, chat: Chat) -> Json:
    if chat.private:
        return {"user": bot, "status": "member"}
    return {**member_json(bot, "administrator"), "can_manage_topics": chat.may_manage_topics}


def member_json(user: Json, status: str) -> Json:
    """A ChatMember; an administrator may do everything."""
    if status == "administrator":
        rights = {"can_be_edited": False, "is_anonymous": False, **dict.fromkeys(_RIGHTS, True)}
        return {"user": user, "status": status, **rights}
    return {"user": user, "status": status, **({"is_anonymous": False} if status == "creator" else {})}


_LEADING = ("creator", "administrator")
_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories",
    "can_delete_stories", "can_pin_messages", "can_send_welcome_messages",
)  # fmt: skip
_ICONS = [
    {
        "file_id": f"icon-{number}", "file_unique_id": f"uicon-{number}", "type": "custom_emoji",
        "width": 100, "height": 100, "is_animated": True, "is_video": False, "emoji": emoji,
        "custom_emoji_id": f"53120{number}",
    }
    for number, emoji in enumerate(("💬", "📞", "✅"), 1)
]  # fmt: skip
