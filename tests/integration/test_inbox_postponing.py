"""Chats that have to wait: a person's pace, and jobs put off in RQ's registry."""

from rq import Queue
from rq.job import Job

from bot.queue.inbox import Inbox
from tests.integration.inbox_kit import CHAT, begin, say


async def test_a_person_gets_so_many_turns_a_window(inbox: Inbox) -> None:
    waits = [await inbox.pace("p", 3, 30) for _ in range(4)]
    assert waits[:3] == [0, 0, 0]
    assert 29 < waits[3] <= 30
    assert await inbox.pace("another", 3, 30) == 0


async def test_a_refused_turn_is_not_counted_and_the_window_slides(inbox: Inbox) -> None:
    assert await inbox.pace("p", 1, 0.05) == 0
    waits = [await inbox.pace("p", 1, 0.05)]
    while waits[-1] > 0:
        waits.append(await inbox.pace("p", 1, 0.05))
    assert waits[0] <= 0.05


async def test_a_postponed_chat_waits_in_rqs_scheduled_registry(inbox: Inbox, queue: Queue) -> None:
    await inbox.accept(say("a"))
    job = queue.pop_job_id()
    assert await inbox.postpone(CHAT, 20, job=job)
    scheduled = queue.scheduled_job_registry.get_job_ids()
    assert len(scheduled) == 1
    assert queue.job_ids == []
    assert Job.fetch(scheduled[0], connection=queue.connection).get_status() == "scheduled"
    assert not await inbox.postpone(CHAT, 20, job=job)


async def test_a_postponed_turn_stays_in_hand_uncounted(inbox: Inbox) -> None:
    await inbox.accept(say("a"))
    turn = await begin(inbox)
    assert await inbox.postpone(CHAT, 20, turn=turn)
    assert not await inbox.postpone(CHAT, 20, turn=turn)
    assert (await begin(inbox)).attempt == 1
