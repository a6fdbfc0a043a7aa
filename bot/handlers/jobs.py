"""/jobs: what the clock does, how it went, run now, pause. For admins."""

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message, Update

from bot.domain.staff import Member, Role
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import change, language_of, tell, toast
from bot.people.clockwork.jobs import JobState
from bot.people.clockwork.screens import DATA, Act, JobScreens, Tap
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.jobs import JobText


def build_router() -> Router:
    router = Router(name="jobs")
    router.message.register(show, Command("jobs"), HasRole(Role.ADMIN))
    router.callback_query.register(tap, F.data.startswith(DATA), HasRole(Role.ADMIN))
    return router


async def show(message: Message, event_update: Update, people: People) -> None:
    screen = _screens(people, message).all(await people.upkeep.jobs.states())
    await tell(people, message, event_update, screen)


async def tap(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    tapped, screens = Tap.parse(query.data or ""), _screens(people, query)
    if tapped is None or not isinstance(query.message, Message):
        await pass_over(query, bot, people)
        return
    states = {state.job.name: state for state in await people.upkeep.jobs.states()}
    state, keyboard = states.get(tapped.name), None
    await toast(bot, query)
    if tapped.act is Act.LIST:
        text, keyboard = screens.all(list(states.values()))
    elif state is None:
        text = screens.unknown()
    elif tapped.act in (Act.RUN, Act.PAUSE, Act.RESUME):
        key = f"tap:{query.message.chat.id}:{query.message.message_id}"
        text = screens.told(await _do(people, tapped, key, member), state)
    else:
        text, keyboard = _step(screens, state, tapped.act)
    await change(people, query.message, text, keyboard)


def _step(screens: JobScreens, state: JobState, act: Act) -> Screen:
    """Whatever changes nothing yet."""
    return screens.one(state) if act is Act.SHOW else screens.asking(state, act)


async def _do(people: People, tapped: Tap, key: str, member: Member) -> JobText:
    """The yes; tapped twice, it is done once."""
    jobs = people.upkeep.jobs
    if tapped.act is Act.RUN:
        is_done, text, refusal = (
            await jobs.run_now(tapped.name, key=key, asked_by=member.key),
            JobText.STARTED,
            JobText.RUNS_ALREADY,
        )
    else:
        paused = tapped.act is Act.PAUSE
        is_done = await jobs.pause(tapped.name, paused=paused, seen=tapped.version, changed_by=member.key)
        text = JobText.IS_PAUSED if paused else JobText.IS_RESUMED
        refusal = JobText.CHANGED_BY_OTHER
    return text if is_done else refusal


def _screens(people: People, event: Message | CallbackQuery) -> JobScreens:
    return JobScreens(people.tenant, people.texts, language_of(event.from_user), people.now())
