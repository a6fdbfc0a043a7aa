"""What people say after a rating, in their own words: the next message, if it is soon and no question."""

from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.fsm.context import FSMContext
from aiogram.types import Message, Update, User

from bot.domain import Button, ChannelName, Outgoing
from bot.domain.ratings import SCALES, Rater, Rating, RatingKind
from bot.errors import DeliveryError
from bot.handlers.screens import chat_ref, language_of, tell
from bot.people.callback_screens.customers import CallbackScreens
from bot.people.ratings.reading import reads_as_opinion, score_in
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.callbacks import CallbackText
from bot.texts.ratings import RatingText

_WAITED_FOR = timedelta(minutes=10)
_FIELD = "rating"
_NUMBER = "rating_number"
"""What the last number that was typed was about, by its update, which may come again."""
_UNKNOWN_MESSAGE = 0
"""Where the screen about the rating has yet to be sent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Awaited:
    """What the next words would be about. `taken`: the update that brought them."""

    kind: str
    subject: str
    message_id: int
    until: float
    taken: int | None = None


def build_router() -> Router:
    router = Router(name="rating_words")
    is_private = F.chat.type == "private"
    is_score = F.text.func(lambda text: score_in(text) is not None)
    router.message.register(take_number, F.text, is_score, is_private)
    router.message.register(take, F.text, is_private)
    return router


def rater_of(user: User) -> Rater:
    return Rater(channel=ChannelName.TELEGRAM, external_id=str(user.id))


async def wait_for_words(
    state: FSMContext, kind: RatingKind, subject: str, message_id: int, now: datetime
) -> None:
    """Have the next message read as words about this rating. A form that is being filled in goes first."""
    until = (now + _WAITED_FOR).timestamp()
    awaited = Awaited(kind=kind.value, subject=subject, message_id=message_id, until=until)
    await state.update_data({_FIELD: asdict(awaited)})


async def wait_no_more(state: FSMContext) -> None:
    await state.update_data({_FIELD: None})


async def take_number(
    message: Message, event_update: Update, people: People, state: FSMContext, raw_state: str | None = None
) -> None:
    """A score that is typed and not tapped, as long as nothing else can be meant by it."""
    if raw_state is not None or message.from_user is None or await _goes_on(people, message):
        raise SkipHandler
    ratings, rater = people.closing.ratings, rater_of(message.from_user)
    name, language = f"score-{event_update.update_id}", language_of(message.from_user)
    asked = await _asked(people, rater, event_update.update_id, state)
    score = score_in(message.text or "")
    if asked is None or score is None or score not in SCALES[asked.kind]:
        raise SkipHandler
    taken = {"update": event_update.update_id, "kind": asked.kind.value, "subject": asked.subject}
    await state.update_data({_NUMBER: taken})
    if asked.kind is RatingKind.NPS:
        text, keyboard = ratings.screens.nps_thanks(score, language)
    else:
        text, keyboard = ratings.screens.why(replace(asked, score=score), language)
        await wait_for_words(state, asked.kind, asked.subject, _UNKNOWN_MESSAGE, people.now())
    outgoing = Outgoing(text=text, keyboard=keyboard, subject=f"{asked.kind}:{asked.subject}")
    await people.outbox.post(chat_ref(message.chat), outgoing, name=name, language=language)
    await ratings.score(asked.kind, asked.subject, rater, score)


async def _asked(people: People, rater: Rater, update_id: int, state: FSMContext) -> Rating | None:
    """What the number answers; the same again, if the same update comes again."""
    number, ratings = (await state.get_data()).get(_NUMBER), people.closing.ratings
    if number is not None and number["update"] == update_id:
        return await ratings.find(RatingKind(number["kind"]), number["subject"], rater)
    return await ratings.unanswered(rater)


async def _goes_on(people: People, message: Message) -> bool:
    """Whether a talk is under way in which a number, or a word, may be an answer to something else."""
    chat_key = chat_ref(message.chat).key
    return await people.handoffs.is_held(chat_key) or await people.closing.endings.goes_on(chat_key)


async def take(
    message: Message, event_update: Update, people: People, state: FSMContext, raw_state: str | None = None
) -> None:
    """Keep the words, masked; whatever else the message may be goes on its way."""
    waiting = (await state.get_data()).get(_FIELD)
    if waiting is None or raw_state is not None or message.text is None or message.from_user is None:
        raise SkipHandler
    if await people.handoffs.is_held(chat_ref(message.chat).key):  # they are talking to a person by now
        raise SkipHandler
    awaited = Awaited(**waiting)
    if awaited.taken == event_update.update_id:
        return
    kind, rater = RatingKind(awaited.kind), rater_of(message.from_user)
    is_late = awaited.taken is not None or people.now().timestamp() > awaited.until
    if is_late or not reads_as_opinion(message.text):
        await wait_no_more(state)
        raise SkipHandler
    if not await people.closing.ratings.add_words(kind, awaited.subject, rater, message.text):
        await wait_no_more(state)
        raise SkipHandler
    language = language_of(message.from_user)
    if kind is RatingKind.ERROR:
        await people.closing.thumbs.report(awaited.subject)
    else:
        await _close(people, message, awaited, rater, language)
    await tell(people, message, event_update, Screen(people.texts.say(RatingText.WORDS_TAKEN, language)))
    taken = asdict(awaited) | {"taken": event_update.update_id}
    await state.update_data({_FIELD: taken})


def way_to_person(people: People, language: str) -> tuple[Button, ...]:
    """To be called, where people of the business call."""
    screens = CallbackScreens(people=people, language=language, now=people.now())
    return (screens.button(CallbackText.CALL_ME, "ask"),) if screens.takes_requests else ()


async def _close(people: People, message: Message, awaited: Awaited, rater: Rater, language: str) -> None:
    """The rating has said it all: its buttons go."""
    ratings = people.closing.ratings
    rating = await ratings.find(RatingKind.CSAT, awaited.subject, rater)
    if rating is not None and awaited.message_id != _UNKNOWN_MESSAGE:
        text, keyboard = ratings.screens.thanks(rating, language, way_to_person(people, language))
        with suppress(DeliveryError):
            await people.delivery.change(chat_ref(message.chat), awaited.message_id, text, keyboard)
