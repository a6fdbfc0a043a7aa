"""What happens to chats as a whole: who may write, topics, the upgrade of a group."""

from tests.fakes.telegram.people import Injected, People
from tests.fakes.telegram.state import Json
from tests.fakes.telegram.topics import bot_member, close_topic, delete_topic, member_json, open_topic


class Gathering(People):
    """What members and owners of chats do."""

    def block(self, chat_id: int) -> Injected:
        """The person blocks the bot: sends fail with 403 from now on."""
        return self._member(chat_id, blocked=True)

    def unblock(self, chat_id: int) -> Injected:
        return self._member(chat_id, blocked=False)

    def _member(self, chat_id: int, *, blocked: bool) -> Injected:
        chat = self.open_chat(chat_id)
        chat.blocked = blocked
        kicked: Json = {"user": self._book.bot, "status": "kicked", "until_date": 0}
        member = bot_member(self._book.bot, chat)
        old, new = (member, kicked) if blocked else (kicked, member)
        change = {
            "chat": chat.info,
            "from": self.person(abs(chat_id)),
            "date": self._book.date(),
            "old_chat_member": old,
            "new_chat_member": new,
        }
        return Injected(update_id=self._updates.add({"my_chat_member": change}))

    def member(self, chat_id: int, person_id: int, *, status: str = "member", name: str = "") -> None:
        """Says who a person is in a group, for `getChatMember`: member, administrator, creator, left."""
        chat = self.open_chat(chat_id)
        chat.members[person_id] = member_json(self.person(person_id, name=name), status)

    def limit_bot(self, chat_id: int, *, may_write: bool = True, may_manage_topics: bool = True) -> None:
        """Takes rights from the bot in a group, or gives them back; the bot is not told."""
        chat = self.open_chat(chat_id)
        chat.may_write, chat.may_manage_topics = may_write, may_manage_topics

    def turn_into_forum(self, chat_id: int, *, forum: bool = True) -> None:
        """The owner switches topics on or off; the bot is not told."""
        self.open_chat(chat_id).info["is_forum"] = forum

    def open_topic(self, chat_id: int, name: str, *, person_id: int) -> int:
        """A person makes a topic; returns its id."""
        chat = self.open_chat(chat_id)
        topic = open_topic(self._book, chat, self.person(person_id), name)
        self._updates.add({"message": chat.messages[topic.thread].payload})
        return topic.thread

    def close_topic(self, chat_id: int, thread: int, *, person_id: int, closed: bool = True) -> Injected:
        """A person closes a topic, or opens it again."""
        chat = self.open_chat(chat_id)
        message = close_topic(self._book, chat, self.person(person_id), thread, closed=closed)
        return Injected(update_id=self._updates.add({"message": message}), message_id=message["message_id"])

    def delete_topic(self, chat_id: int, thread: int) -> None:
        """A person deletes a topic; the bot is not told."""
        delete_topic(self._book.chats[chat_id], thread)

    def upgrade(self, chat_id: int, new_id: int, *, person_id: int, forum: bool = False) -> list[Injected]:
        """A basic group becomes the supergroup `new_id`: sends to the old id are refused with the new one."""
        old = self.open_chat(chat_id)
        new = self.open_chat(new_id, title=old.info["title"], forum=forum)
        new.members |= old.members
        told = [
            self._post(chat_id, self.person(person_id), {"migrate_to_chat_id": new_id}),
            self._post(new_id, self.person(person_id), {"migrate_from_chat_id": chat_id}),
        ]
        old.migrated_to = new_id
        return told
