"""/proposals: admins look at the right answers that staff have written, one by one."""

from aiogram import Bot, F, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message, Update

from bot.domain import Button, Keyboard
from bot.domain.reviews import Proposal
from bot.domain.staff import Member, Role
from bot.errors import TenantError
from bot.handlers.choices import pass_over
from bot.handlers.roles import HasRole
from bot.handlers.screens import language_of, tell, toast, turn_into
from bot.handlers.staff_words import number_in
from bot.people.review.proposals import Decision
from bot.people.review.proposals_faq import FaqRefused
from bot.people.review.why import why_row
from bot.people.screen import Screen
from bot.people.services import People
from bot.texts.literal import literal
from bot.texts.why import ProposalText

_ACCEPT, _REJECT, _NEXT = "proposal:a:", "proposal:r:", "proposal:n:"


def build_router() -> Router:
    router = Router(name="proposals")
    router.message.register(first, Command("proposals"), HasRole(Role.ADMIN))
    router.callback_query.register(accept, F.data.startswith(_ACCEPT), HasRole(Role.ADMIN))
    router.callback_query.register(reject, F.data.startswith(_REJECT), HasRole(Role.ADMIN))
    router.callback_query.register(following, F.data.startswith(_NEXT), HasRole(Role.ADMIN))
    return router


async def first(message: Message, event_update: Update, people: People) -> None:
    await tell(people, message, event_update, await _screen(people, language_of(message.from_user), after=0))


async def accept(
    query: CallbackQuery, bot: Bot, people: People, event_update: Update, member: Member
) -> None:
    number = number_in(query.data)
    if number is None:
        await pass_over(query, bot, people)
        return
    try:
        decision = await people.oversight.proposals.accept(number, member)
    except (FaqRefused, TenantError) as error:
        await _say_not_yet(query, bot, people, event_update, number, error)
        return
    await _go_on(query, bot, people, number, decision, ProposalText.ACCEPTED)


async def reject(query: CallbackQuery, bot: Bot, people: People, member: Member) -> None:
    number = number_in(query.data)
    if number is None:
        await pass_over(query, bot, people)
        return
    decision = await people.oversight.proposals.reject(number, member)
    await _go_on(query, bot, people, number, decision, ProposalText.REJECTED)


async def following(query: CallbackQuery, bot: Bot, people: People) -> None:
    number = number_in(query.data)
    if number is None:
        await pass_over(query, bot, people)
        return
    await turn_into(people, query, bot, _screen(people, language_of(query.from_user), after=number))


async def _go_on(
    query: CallbackQuery, bot: Bot, people: People, number: int, decision: Decision, done: ProposalText
) -> None:
    """Say what came of it, and show the next one in its place."""
    if decision is Decision.UNKNOWN:
        await pass_over(query, bot, people)
        return
    text = done if decision is Decision.DONE else ProposalText.TOO_LATE
    language = language_of(query.from_user)
    following = _screen(people, language, after=number)
    await turn_into(people, query, bot, following, said=people.texts.say(text, language))


async def _screen(people: People, language: str, *, after: int) -> Screen:
    """The first that waits behind this number, or else the first of all."""
    waiting = await people.oversight.proposals.waiting()
    if not waiting:
        return Screen(people.texts.say(ProposalText.NONE, language))
    shown = next((one for one in waiting if one.proposal_id > after), waiting[0])
    return Screen(
        await _told(people, shown, len(waiting), language), _keyboard(people, shown, len(waiting), language)
    )


async def _told(people: People, proposal: Proposal, count: int, language: str) -> str:
    who = await people.staff.name_of(proposal.proposed_by)
    return people.texts.say(
        ProposalText.ONE,
        language,
        number=proposal.proposal_id,
        count=count,
        who=literal(who),
        at=f"{proposal.proposed_at.astimezone(people.tenant.zone):%d.%m %H:%M}",
        question=literal(proposal.question),
        answer=proposal.answer,
    )


def _keyboard(people: People, proposal: Proposal, count: int, language: str) -> Keyboard:
    number = proposal.proposal_id
    yes = Button(text=people.texts.say(ProposalText.ACCEPT, language), data=f"{_ACCEPT}{number}")
    no = Button(text=people.texts.say(ProposalText.REJECT, language), data=f"{_REJECT}{number}")
    more = Button(text=people.texts.say(ProposalText.NEXT, language), data=f"{_NEXT}{number}")
    why = why_row(people.texts, language, proposal.turn_id)
    second = (*why, more) if count > 1 else why
    return Keyboard(rows=((yes, no), second) if second else ((yes, no),))


async def _say_not_yet(
    query: CallbackQuery,
    bot: Bot,
    people: People,
    update: Update,
    number: int,
    error: FaqRefused | TenantError,
) -> None:
    await toast(bot, query)
    if query.message is None:
        return
    language = language_of(query.from_user)
    text = people.texts.say(
        ProposalText.NOT_YET, language, number=number, reason=refusal_text(people, error, language)
    )
    await tell(people, query, update, Screen(text))


def refusal_text(people: People, error: FaqRefused | TenantError, language: str) -> str:
    if isinstance(error, FaqRefused):
        text, detail = ProposalText(f"proposal_reason_{error.reason}"), error.detail
    else:
        problem = error.problems[0]
        text, detail = ProposalText.REASON_FOLDER, f"{problem.file.name}, {problem.message}"
    return people.texts.say(text, language, detail=literal(detail))
