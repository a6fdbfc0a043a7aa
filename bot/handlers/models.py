"""/model: which model answers, and whether any does. For admins."""

from aiogram import Bot, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.staff import Member, Role
from bot.handlers.changing import carry_out, register_taps, token_in
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, tell, turn_into
from bot.people.changes.model_screens import ModelScreens, proposal_of
from bot.people.changes.models import OFF, ModelOptions, read_choice
from bot.people.screen import Screen
from bot.people.services import People
from bot.people.tuning import Knob
from bot.texts.models import ModelText

_SUBJECT = "model"
_OFF = frozenset((OFF, "выкл", "выключить", "нет", "none"))
_ON = frozenset(("on", "вкл", "включить", "settings"))


def build_router() -> Router:
    router = Router(name="models")
    router.message.register(show_or_ask, Command("model"), HasRole(Role.ADMIN))
    register_taps(router, _SUBJECT, {"set": ask, "yes": confirm, "no": leave})
    return router


async def show_or_ask(
    message: Message, command: CommandObject, event_update: Update, people: People, member: Member
) -> None:
    """Which one answers now; with a name, whether that one shall."""
    said = (command.args or "").strip().casefold()
    if said:
        screen = await _asked(message, event_update, people, member, said)
    else:
        standing = await people.changes.standing(Knob.MODEL)
        screen = _screens(people, message).overview(people.changes.models, standing)
    await tell(people, message, event_update, screen)


async def ask(query: CallbackQuery, bot: Bot, event_update: Update, people: People, member: Member) -> None:
    screen = await _asked(query, event_update, people, member, token_in(query))
    await turn_into(people, query, bot, screen)


async def confirm(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    made = await carry_out(query, bot, people, member)
    if made is not None:
        await turn_into(people, query, bot, _screens(people, query).made(people.changes.models, made))


async def leave(query: CallbackQuery, bot: Bot, people: People) -> None:
    await turn_into(people, query, bot, _screens(people, query).left())


async def _asked(
    event: Message | CallbackQuery, update: Update, people: People, member: Member, said: str
) -> Screen:
    """Whether it is meant, or why it cannot be."""
    screens, models = _screens(people, event), people.changes.models
    standing = await people.changes.standing(Knob.MODEL)
    wanted = _meant(models, said)
    if wanted is None:
        return screens.plain(ModelText.UNKNOWN)
    stands = read_choice(standing.value)
    now, chosen = models.in_force(stands), None if said in _ON else wanted
    option = models.option(wanted)
    if wanted != OFF and (option is None or not option.is_configured):
        return screens.cannot(models, wanted)
    if wanted == now and stands in (None, chosen):  # else a choice that is lost for now would come back
        return screens.same(models, now)
    token = str(update.update_id)
    await people.changes.propose(proposal_of(standing, chosen), member, token)
    return screens.ask(models, now, wanted, token)


def _meant(models: ModelOptions, said: str) -> str | None:
    if said in _OFF:
        return OFF
    if said in _ON:
        return models.default
    named = (
        option.provider for option in models.options if said in (option.provider, option.model.casefold())
    )
    return next(named, None)


def _screens(people: People, event: Message | CallbackQuery) -> ModelScreens:
    return ModelScreens(people.tenant, people.texts, language_of(event.from_user), _SUBJECT)
