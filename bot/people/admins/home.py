"""The admins' home: how the service is, and a button to each of their screens."""

from bot.domain import Button, Keyboard
from bot.people.admins.health import Health
from bot.people.admins.health_screens import LIGHTS, HealthScreens
from bot.people.admins.signs import Sign, worst
from bot.people.admins.statistics import ASKED, Span, Statistics
from bot.people.screen import Screen
from bot.tenant import Tenant
from bot.texts.admins import AdminText
from bot.texts.catalogue import Texts

DATA = "home:"
ROOMS: tuple[tuple[tuple[str, AdminText], ...], ...] = (
    (("stats", AdminText.OPEN_STATS), ("health", AdminText.OPEN_HEALTH)),
    (("staff", AdminText.OPEN_STAFF), ("invitations", AdminText.OPEN_INVITATIONS)),
    (("topics", AdminText.OPEN_TOPICS), ("hours", AdminText.OPEN_HOURS)),
    (("model", AdminText.OPEN_MODEL), ("mode", AdminText.OPEN_MODE)),
    (("broadcast", AdminText.OPEN_BROADCAST), ("broadcasts", AdminText.OPEN_BROADCASTS)),
    (("proposals", AdminText.OPEN_PROPOSALS), ("export", AdminText.OPEN_EXPORT)),
    (("retention", AdminText.OPEN_RETENTION), ("holds", AdminText.OPEN_HOLDS)),
    (("jobs", AdminText.OPEN_JOBS), ("audit", AdminText.OPEN_AUDIT)),
)
"""Two in a row, so that phones show the whole label. A button says the command for whoever taps it."""
COMMANDS = frozenset(command for row in ROOMS for command, _ in row)


async def home(
    tenant: Tenant, texts: Texts, language: str, *, health: Health, statistics: Statistics
) -> Screen:
    """Raises StoreError."""
    checks, period = await health.checks(), await statistics.of(Span.TODAY)
    sign = worst(checks)
    said = texts.say(AdminText.HOME_HEALTHY, language)
    if sign is not Sign.GREEN:
        unwell = HealthScreens(tenant, texts, language).unwell(checks)
        said = texts.say(AdminText.HOME_UNWELL, language, light=LIGHTS[sign], what=unwell)
    text = texts.say(
        AdminText.HOME,
        language,
        health=said,
        dialogues=round(period.figures.get("dialogues", 0)),
        asked=round(sum(period.figures.get(name, 0) for name in ASKED)),
    )
    rows = tuple(
        tuple(Button(text=texts.say(label, language), data=f"{DATA}{command}") for command, label in row)
        for row in ROOMS
    )
    return Screen(text, Keyboard(rows=rows))
