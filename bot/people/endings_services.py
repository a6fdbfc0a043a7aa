"""What happens to a dialogue when it ends, and to its answers meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain import Button
from bot.people.endings import Endings
from bot.people.ratings import Ratings
from bot.people.ratings_thumbs import Thumbs


@dataclass(frozen=True, kw_only=True, slots=True)
class Closing:
    """`person_buttons`: the way to a person, in a language, for those who were not helped."""

    endings: Endings
    ratings: Ratings
    thumbs: Thumbs
    person_buttons: Callable[[str], tuple[Button, ...]] = lambda language: ()
