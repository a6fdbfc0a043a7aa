"""What admins read of the model that answers, and the buttons under it."""

from collections.abc import Sequence

from bot.domain import Button, Keyboard
from bot.people.changes.changing import Made, Outcome, Proposal, Standing
from bot.people.changes.models import OFF, ModelOption, ModelOptions, read_choice
from bot.people.changes.screens import ChangeScreens, paragraphs
from bot.people.screen import Screen
from bot.people.tuning import Knob
from bot.texts.literal import literal
from bot.texts.models import ModelText


class ModelScreens(ChangeScreens):
    """In one language."""

    def overview(self, models: ModelOptions, standing: Standing) -> Screen:
        chosen = read_choice(standing.value)
        now = models.in_force(chosen)
        fallback = self._names(models, models.order(chosen)[1:])
        if now == OFF:
            head = self.say(ModelText.NOW_OFF)
        else:
            spare = (
                self.say(ModelText.FALLBACK, names=fallback) if fallback else self.say(ModelText.NO_FALLBACK)
            )
            head = self.say(ModelText.NOW, name=self._name(models, now), fallback=spare)
        lost = ""
        if chosen is not None and chosen != now:
            lost = self.say(ModelText.LOST, name=self._name(models, chosen))
        missing = [option.provider for option in models.options if not option.is_configured]
        text = paragraphs(
            head,
            lost,
            self.say(ModelText.NOT_CONFIGURED, names=self._names(models, missing)) if missing else "",
            self.last(standing) or self.say(ModelText.BY_SETTINGS),
            self.say(ModelText.HOW),
        )
        return Screen(text=text, keyboard=Keyboard(rows=tuple(self._choices(models, now))))

    def ask(self, models: ModelOptions, before: str, after: str, token: str) -> Screen:
        names = {"before": self._name(models, before), "after": self._name(models, after)}
        return self.asking(self.say(ModelText.ASK, **names), [(self.say(ModelText.YES), token)])

    def cannot(self, models: ModelOptions, provider: str) -> Screen:
        return self.plain(ModelText.CANNOT, name=_begun(self._name(models, provider)))

    def same(self, models: ModelOptions, provider: str) -> Screen:
        return self.plain(ModelText.SAME, name=self._name(models, provider))

    def made(self, models: ModelOptions, made: Made) -> Screen:
        if made.proposal is None or made.standing is None:
            return self.forgotten()
        before, after = (
            self._name(models, models.in_force(read_choice(value)))
            for value in (made.proposal.before, made.standing.value)
        )
        if made.outcome is Outcome.OVERTAKEN:
            changed = [self.say(ModelText.CHANGED, before=before, after=after)]
            return self.overtaken(made.standing, changed)
        return self.plain(ModelText.DONE, name=after)

    def _choices(self, models: ModelOptions, now: str) -> list[tuple[Button, ...]]:
        rows: list[tuple[Button, ...]] = [
            (self.button(self._label(option), "set", option.provider),)
            for option in models.options
            if option.is_configured and option.provider != now
        ]
        off = self.button(self.say(ModelText.SWITCH_OFF), "set", OFF)
        return rows if now == OFF else [*rows, (off,)]

    def _label(self, option: ModelOption) -> str:
        return self.say(ModelText.CHOOSE, name=self._named(option))

    def _names(self, models: ModelOptions, providers: Sequence[str]) -> str:
        return ", ".join(self._name(models, provider) for provider in providers)

    def _name(self, models: ModelOptions, provider: str) -> str:
        option = models.option(provider)
        return self._plain_name(provider) if option is None else literal(self._named(option))

    def _named(self, option: ModelOption) -> str:
        name = self._plain_name(option.provider)
        return self.say(ModelText.NAMED, name=name, model=option.model) if option.model else name

    def _plain_name(self, provider: str) -> str:
        known = {f"model_name_{name}" for name in ("local", "openai", "gigachat", OFF)}
        name = f"model_name_{provider}"
        return self.say(ModelText(name)) if name in known else provider


def proposal_of(standing: Standing, provider: str | None) -> Proposal:
    """`provider` None: back to what the settings say."""
    return Proposal(
        knob=Knob.MODEL,
        before=standing.value,
        after={"provider": provider},
        version=standing.version,
        act="model_set",
        subject="model",
        details={"provider": provider or "settings"},
    )


def _begun(line: str) -> str:
    return line[:1].upper() + line[1:]
