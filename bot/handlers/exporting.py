"""/export: dialogues as a file, for admins."""

from datetime import date, datetime, timedelta

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message, Update

from bot.domain import Button, Keyboard
from bot.domain.staff import Member, Role
from bot.errors import SettingsError
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import change, language_of, tell, thread_of, toast
from bot.people.export.requests import ExportRequest
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.exporting import ExportText
from bot.texts.literal import literal

_DATA, _ASK, _YES, _NO = "export:", "ask", "yes", "no"
_ALL = "all"
_MONTH_DAYS = 30
_LONGEST_SHOWN = 30


def build_router() -> Router:
    router = Router(name="exporting")
    admin = HasRole(Role.ADMIN)
    router.message.register(show, Command("export"), admin)
    router.callback_query.register(tap, F.data.startswith(_DATA), admin)
    return router


async def show(message: Message, command: CommandObject, event_update: Update, people: People) -> None:
    language, wanted = language_of(message.from_user), (command.args or "").strip()
    if (refusal := await _refusal(people, language)) is not None:
        screen = refusal
    elif wanted:
        screen = await _of_day(people, wanted, language)
    else:
        screen = await _choice(people, language)
    await tell(people, message, event_update, screen)


async def tap(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    """``export:ask:<day>``, ``export:yes:<day>``, ``export:no``; the day may be ``all``."""
    act, _, day = (query.data or "").removeprefix(_DATA).partition(":")
    language, since = language_of(query.from_user), _since(day)
    is_known = act == _NO or (act in (_ASK, _YES) and (since is not None or day == _ALL))
    if not is_known or not isinstance(query.message, Message):
        await pass_over(query, bot, people)
        return
    await toast(bot, query)
    if act == _NO:
        screen: Screen = Screen(people.texts.say(ExportText.DROPPED, language))
    elif (refusal := await _refusal(people, language)) is not None:
        screen = refusal
    elif act == _ASK:
        screen = await _question(people, since, language)
    else:
        screen = await _begin(people, query.message, member, since, language)
    await change(people, query.message, *screen)


async def _begin(
    people: People, message: Message, member: Member, since: date | None, language: str
) -> Screen:
    count = await people.exporting.count(since)
    request = ExportRequest(
        key=f"{message.chat.id}-{message.message_id}",
        chat_id=str(message.chat.id),
        private=message.chat.type == "private",
        thread_id=thread_of(message),
        asked_by=member.external_id,
        since="" if since is None else since.isoformat(),
        language=language,
    )
    if not await people.exporting.is_known(request.key):
        # first, so that nothing is exported of which there is no record
        subject = _ALL if since is None else since.isoformat()
        await people.staff.note_act(member, "export", subject, dialogues=count)
        await people.exporting.ask(request)
    return Screen(people.texts.say(ExportText.STARTED, language, count=count))


async def _of_day(people: People, wanted: str, language: str) -> Screen:
    since = _since(wanted)
    if since is None:
        day = literal(wanted[:_LONGEST_SHOWN])
        return Screen(people.texts.say(ExportText.BAD_DAY, language, day=day))
    if since > _today(people):
        return Screen(people.texts.say(ExportText.FUTURE_DAY, language, day=_written(since)))
    return await _question(people, since, language)


async def _choice(people: People, language: str) -> Screen:
    month = _today(people) - timedelta(days=_MONTH_DAYS)
    rows = []
    for text, since in ((ExportText.MONTH, month), (ExportText.ALL, None)):
        label = people.texts.say(text, language, count=await people.exporting.count(since))
        day = _ALL if since is None else since.isoformat()
        rows.append((Button(text=label, data=f"{_DATA}{_ASK}:{day}"),))
    rows.append((_button(people, ExportText.NO, _NO, language),))
    return Screen(people.texts.say(ExportText.CHOOSE, language), Keyboard(rows=tuple(rows)))


async def _question(people: People, since: date | None, language: str) -> Screen:
    count = await people.exporting.count(since)
    if not count:
        return Screen(people.texts.say(ExportText.NOBODY, language))
    if since is None:
        begins = people.texts.say(ExportText.SINCE_FIRST, language)
    else:
        begins = people.texts.say(ExportText.SINCE, language, day=_written(since))
    day = _ALL if since is None else since.isoformat()
    buttons = (
        _button(people, ExportText.YES, f"{_YES}:{day}", language),
        _button(people, ExportText.NO, _NO, language),
    )
    text = people.texts.say(ExportText.ASK, language, since=begins, count=count)
    return Screen(text, Keyboard(rows=(buttons,)))


async def _refusal(people: People, language: str) -> Screen | None:
    try:
        await people.exporting.expect_training_agreed()
    except SettingsError:
        return Screen(people.texts.say(ExportText.NOT_AGREED, language))
    return None


def _button(people: People, text: ExportText, data: str, language: str) -> Button:
    return Button(text=people.texts.say(text, language), data=f"{_DATA}{data}")


def _since(day: str) -> date | None:
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(day, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None


def _today(people: People) -> date:
    return people.now().astimezone(people.tenant.zone).date()


def _written(day: date) -> str:
    return f"{day:%d.%m.%Y}"
