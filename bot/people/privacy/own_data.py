"""What stands behind people's rights to their own data."""

from dataclasses import dataclass

from bot.people.privacy.consent_screen import ConsentScreen
from bot.people.privacy.erasing import Erasing
from bot.people.privacy.personal_file import PersonalFiles
from bot.people.privacy.screens import PrivacyScreen
from bot.queue.inbox import Inbox
from bot.store.holds import HoldStore


@dataclass(frozen=True, kw_only=True, slots=True)
class Privacy:
    """`consent_screen`: None where nobody is asked."""

    consent_screen: ConsentScreen | None
    screen: PrivacyScreen
    files: PersonalFiles
    erasing: Erasing
    inbox: Inbox
    """To stop what is under way when consent is withdrawn."""
    holds: HoldStore
    """Whose data must stay, because the law or a dispute needs it."""
