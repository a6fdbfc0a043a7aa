"""A staff's room with topics, an operator in it, and a customer who has said something."""

from bot.domain import ChannelName, ChatRef
from bot.domain.staff import Member, Role, Room
from tests.fakes.telegram import SeenMessage
from tests.integration.town_kit import Town

ROOM = -1001000000001
OLEG, PETR, ANNA, BORIS = 501, 502, 7, 8
TELEGRAM = ChannelName.TELEGRAM


def member(number: int, name: str, role: Role = Role.OPERATOR) -> Member:
    return Member(channel=TELEGRAM, external_id=str(number), name=name, role=role)


async def staff_town(town: Town, *, topics: bool = True) -> None:
    """Oleg and Petr work here; with `topics` in a room, else each in their own chat."""
    for number, name in ((OLEG, "Олег"), (PETR, "Пётр")):
        town.telegram.inject.open_chat(number)
        await town.people.staff.grant(member(number, name))
    if topics:
        town.telegram.inject.open_chat(ROOM, title="Смена", forum=True)
        room = ChatRef(channel=TELEGRAM, chat_id=str(ROOM), private=False)
        await town.people.staff.bind_room(Room(chat=room, has_topics=True))


async def talk(town: Town, chat_id: int = ANNA, name: str = "Анна", text: str = "Когда хлеб свежий?") -> str:
    return await town.say(chat_id, text, name=name)


async def take(town: Town, who: int = ANNA, operator: int = OLEG, *, where: int | None = None) -> None:
    """The operator takes the customer's dialogue over by a command."""
    chat_id = ROOM if where is None else where
    town.telegram.inject.message(chat_id, f"/take {who}", person_id=operator)
    await town.settle()


def topic_of(town: Town, name: str = "Анна") -> int:
    """The open topic of that customer, the newest."""
    topics = town.telegram.book.chats[ROOM].topics.values()
    return max(topic.thread for topic in topics if topic.name.startswith(name) and not topic.deleted)


async def write(town: Town, text: str, *, thread: int, operator: int = OLEG) -> None:
    """The operator writes in a customer's topic."""
    town.telegram.inject.message(ROOM, text, person_id=operator, thread=thread)
    await town.settle()


def said(town: Town, chat_id: int, thread: int | None = None) -> list[str]:
    """The bot's messages in a chat, or in one topic of it."""
    return [message.text for message in shown(town, chat_id, thread)]


def shown(town: Town, chat_id: int, thread: int | None = None) -> list[SeenMessage]:
    """Messages that say that something happened are left out."""
    return [
        message
        for message in town.telegram.messages(chat_id)
        if message.from_bot and thread in (None, message.thread) and (message.text or message.kind != "text")
    ]
