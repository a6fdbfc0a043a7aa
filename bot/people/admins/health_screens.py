"""What admins read of the service's health."""

from collections.abc import Sequence

from bot.domain import Button, Keyboard
from bot.people.admins.signs import Check, Sign, worst
from bot.people.retention.days import in_words
from bot.people.screen import Screen
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.texts.health import HealthText
from bot.texts.jobs import JobText
from bot.texts.literal import literal

AGAIN = "health:again"
LIGHTS = {Sign.GREEN: "🟢", Sign.YELLOW: "🟡", Sign.RED: "🔴"}
_TITLES = {
    Sign.GREEN: HealthText.TITLE_GREEN,
    Sign.YELLOW: HealthText.TITLE_YELLOW,
    Sign.RED: HealthText.TITLE_RED,
}
_JOBS = {text.value.removeprefix("jobs_name_"): text for text in JobText if "_name_" in text.value}


class HealthScreens:
    """In one language."""

    def __init__(self, tenant: Tenant, texts: Texts, language: str) -> None:
        self._zone = tenant.zone
        self._texts = texts
        self._language = language

    def of(self, checks: Sequence[Check]) -> Screen:
        """What is worst comes first."""
        ranked = sorted(checks, key=lambda check: -check.sign)
        lines = "\n".join(map(self._line, ranked))
        again = Button(text=self._say(HealthText.AGAIN), data=AGAIN)
        return Screen(f"{self._say(_TITLES[worst(checks)])}\n\n{lines}", Keyboard(rows=((again,),)))

    def unwell(self, checks: Sequence[Check]) -> str:
        """The names of what is not green, in a line."""
        return ", ".join(self._say(check.name) for check in checks if check.sign is not Sign.GREEN)

    def _line(self, check: Check) -> str:
        names = ", ".join(self._job(name) for name in check.jobs)
        when = "" if check.at is None else in_words(check.at, self._zone)
        value = self._say(check.text, **{"names": names, "when": when, **check.values})
        return self._say(HealthText.LINE, light=LIGHTS[check.sign], name=self._say(check.name), value=value)

    def _job(self, name: str) -> str:
        return self._texts.say(_JOBS[name], self._language) if name in _JOBS else literal(name)

    def _say(self, text: HealthText, **values: object) -> str:
        return self._texts.say(text, self._language, **values)
