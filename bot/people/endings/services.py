"""What happens to a dialogue when it ends, and to its answers meanwhile."""

from dataclasses import dataclass

from bot.people.endings.endings import Endings
from bot.people.ratings.ratings import Ratings
from bot.people.ratings.thumbs import Thumbs


@dataclass(frozen=True, kw_only=True, slots=True)
class Closing:
    endings: Endings
    ratings: Ratings
    thumbs: Thumbs
