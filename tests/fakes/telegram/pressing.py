"""Buttons as people press them: those under messages, and those under the input field."""

from tests.fakes.telegram.account import Pressed
from tests.fakes.telegram.people import Injected, People
from tests.fakes.telegram.state import Json, StoredMessage


class Pressing(People):
    """Presses of buttons that are there, and of some that are not."""

    def press(
        self, chat_id: int, data: str, *, person_id: int | None = None, too_late: bool = False
    ) -> Injected:
        """A press on the newest visible button with that callback data; raises LookupError without one.

        `too_late`: Telegram no longer takes an answer to it, as when the bot was away.
        """
        for message, button in self._inline_buttons(chat_id):
            if button.get("callback_data") == data:
                return self._press(message, data, self._sender(chat_id, person_id), too_late=too_late)
        raise LookupError(f"no button {data!r} in chat {chat_id}")

    def press_text(
        self, chat_id: int, text: str, *, user_id: int | None = None, phone: str = "79990000000"
    ) -> Injected:
        """A press on the newest visible button that reads `text`, or holds it; else raises LookupError.

        A button under the input field sends its text, or the person's contact with `phone` if it asks for it.
        """
        person_id = user_id
        buttons = self._inline_buttons(chat_id)
        for fits in (text.__eq__, lambda label: text in label):
            for message, button in buttons:
                if "callback_data" in button and fits(button["text"]):
                    sender = self._sender(chat_id, person_id)
                    return self._press(message, button["callback_data"], sender)
            for button in self._keyboard_buttons(chat_id):
                if fits(button["text"]):
                    return self._press_keyboard(chat_id, button, person_id, phone)
        labels = [button["text"] for _, button in buttons]
        raise LookupError(f"no button that reads {text!r} in chat {chat_id}, which shows {labels}")

    def press_forged(
        self, chat_id: int, data: str, *, message_id: int | None = None, user_id: int | None = None
    ) -> Injected:
        """A press with data that no button holds, as a home-made client may send; on the last message."""
        chat = self._book.chats[chat_id]
        own = [message for message in chat.messages.values() if message.from_bot and not message.deleted]
        message = own[-1] if message_id is None else chat.messages[message_id]
        return self._press(message, data, self._sender(chat_id, user_id))

    def press_old(self, chat_id: int, message_id: int, data: str, *, user_id: int | None = None) -> Injected:
        """A press months later: the update shows no message any more (`InaccessibleMessage`)."""
        message = self._book.chats[chat_id].messages[message_id]
        return self._press(message, data, self._sender(chat_id, user_id), inaccessible=True)

    def _inline_buttons(self, chat_id: int) -> list[tuple[StoredMessage, Json]]:
        """The buttons that stand in the chat, those of the newest message first."""
        return [
            (message, button)
            for message in reversed(self._book.chats[chat_id].messages.values())
            if not message.deleted
            for row in message.payload.get("reply_markup", {}).get("inline_keyboard", ())
            for button in row
        ]

    def _keyboard_buttons(self, chat_id: int) -> list[Json]:
        keyboard = self._book.chats[chat_id].keyboard or {}
        rows = keyboard.get("keyboard", ())
        buttons = [button for row in rows for button in row]
        return [{"text": button} if isinstance(button, str) else button for button in buttons]

    def _press_keyboard(self, chat_id: int, button: Json, person_id: int | None, phone: str) -> Injected:
        chat = self._book.chats[chat_id]
        sender = self._sender(chat_id, person_id)
        if (chat.keyboard or {}).get("one_time_keyboard"):
            chat.keyboard = None
        if not button.get("request_contact"):
            return self._post(chat_id, sender, {"text": button["text"]})
        about = {"phone_number": phone, "first_name": sender["first_name"], "user_id": sender["id"]}
        return self._post(chat_id, sender, {"contact": about})

    def _press(
        self,
        message: StoredMessage,
        data: str,
        sender: Json,
        *,
        too_late: bool = False,
        inaccessible: bool = False,
    ) -> Injected:
        self._last_callback += 1
        query_id = str(self._last_callback)
        chat = message.payload["chat"]
        if not too_late:
            self._account.callbacks[query_id] = Pressed(person_id=sender["id"], chat_id=chat["id"])
        shown = (
            {"chat": chat, "message_id": message.message_id, "date": 0} if inaccessible else message.payload
        )
        query = {"id": query_id, "from": sender, "chat_instance": "1", "data": data, "message": shown}
        return Injected(update_id=self._updates.add({"callback_query": query}), message_id=message.message_id)
