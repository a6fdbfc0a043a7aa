"""A chat printed as the person who looks at it sees it."""

from collections.abc import Iterable

from tests.fakes.telegram.state import Chat, ChatBook, Json, StoredMessage


def screen(book: ChatBook, chat_id: int, thread: int | None = None) -> str:
    """Who says what, with the buttons below; of a forum one topic, or without `thread` all of them."""
    chat = book.chats[chat_id]
    if thread is not None or not chat.forum:
        return _lines_of(chat, thread)
    parts = [_lines_of(chat, None)]
    for topic in chat.topics.values():
        if not topic.deleted:
            state = ", closed" if topic.closed else ""
            parts.append(f"== {topic.name} (topic {topic.thread}{state}) ==\n{_lines_of(chat, topic.thread)}")
    return "\n\n".join(part for part in parts if part)


def keyboard_rows(chat: Chat) -> list[list[str]]:
    """The labels under the input field; [] when there is no keyboard."""
    rows = (chat.keyboard or {}).get("keyboard", ())
    return [[button if isinstance(button, str) else str(button["text"]) for button in row] for row in rows]


def _lines_of(chat: Chat, thread: int | None) -> str:
    shown = (
        message for message in chat.messages.values() if not message.deleted and message.thread == thread
    )
    lines = [line for message in shown for line in _message(message)]
    if thread is None:
        lines += [f"⌨ {_row(row)}" for row in keyboard_rows(chat)]
    return "\n".join(lines)


def _message(message: StoredMessage) -> Iterable[str]:
    seen, payload = message.seen(), message.payload
    if message.service:
        yield f"-- {seen.sender}: {_happened(payload)} --"
        return
    said = [payload.get("text", payload.get("caption", ""))]
    if seen.kind != "text":
        said.insert(0, f"<{' '.join(filter(None, (seen.kind, seen.file_name, _phone(payload))))}>")
    if "forward_origin" in payload:
        said.insert(0, "<forwarded>")
    if seen.reply_to_message_id is not None:
        quoted = payload["reply_to_message"]
        said.insert(0, f"<to: {quoted.get('text', quoted.get('caption', '...'))[:30]}>")
    text = " ".join(filter(None, said))
    yield f"{seen.sender}: " + text.replace("\n", "\n    ")
    for row in payload.get("reply_markup", {}).get("inline_keyboard", ()):
        yield "    " + _row(button["text"] for button in row)
    if seen.reactions:
        yield "    " + " ".join(seen.reactions)


def _row(labels: Iterable[str]) -> str:
    return " ".join(f"[{label}]" for label in labels)


def _phone(payload: Json) -> str:
    return str(payload.get("contact", {}).get("phone_number", ""))


def _happened(payload: Json) -> str:
    for name, words in _EVENTS.items():
        if name in payload:
            about = payload[name].get("name", "") if isinstance(payload[name], dict) else ""
            return f"{words} {about}".strip()
    return "something happened"


_EVENTS = {
    "forum_topic_created": "topic",
    "forum_topic_edited": "topic is now",
    "forum_topic_closed": "topic closed",
    "forum_topic_reopened": "topic opened again",
    "migrate_to_chat_id": "became a supergroup",
    "migrate_from_chat_id": "was a group",
}
