"""What those who talk with a customer are called by others of the staff."""

from bot.domain import ChannelName
from bot.people.services import People


async def operator_name(people: People, key: str) -> str:
    """`key`: the member's, ``telegram:42``; who left, or has no name, is a colleague."""
    channel, _, external_id = key.partition(":")
    member = await people.staff.member(ChannelName(channel), external_id)
    return people.handoffs.words.operator(member)
