"""The button that ends a dialogue."""

from datetime import UTC, datetime

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery

from bot.domain import Utterance, UtteranceKind
from bot.handlers.choices import pass_over
from bot.handlers.inbox import Acceptor
from bot.handlers.screens import chat_ref, language_of, person_of, toast
from bot.people.ratings.thumbs import END
from bot.people.services import People
from bot.texts.endings import EndingText


def build_router() -> Router:
    router = Router(name="dialogues")
    router.callback_query.register(end, F.data.startswith(END))
    return router


async def end(query: CallbackQuery, bot: Bot, acceptor: Acceptor, people: People) -> None:
    """The end takes its place behind what was said before; an older dialogue's button ends nothing."""
    if query.message is None or query.message.chat.type != "private" or query.data is None:
        await pass_over(query, bot, people)
        return
    chat, dialogue_id = chat_ref(query.message.chat), query.data.removeprefix(END)
    if not await people.closing.endings.is_open(chat.key, dialogue_id):
        over = people.texts.say(EndingText.OVER_ALREADY, language_of(query.from_user))
        await toast(bot, query, over)
        return
    person = person_of(query.from_user)
    await acceptor.take(
        Utterance(
            update_id=f"end-{dialogue_id}",
            chat=chat,
            person_id=person.external_id,
            person_name=person.name,
            language=person.language,
            kind=UtteranceKind.END,
            detail=dialogue_id,
            received_at=datetime.now(UTC),
        )
    )
    await toast(bot, query)
