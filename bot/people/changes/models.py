"""Which model answers: the settings' own choice, or an admin's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

OFF: Final = "off"
"""No model: what the sources say goes out in their own words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelOption:
    """A provider, and what it is asked for. Not configured, it cannot be chosen."""

    provider: str
    model: str
    is_configured: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelOptions:
    """All providers there are. `default` answers until an admin chooses; `fallback` if the first does not."""

    options: tuple[ModelOption, ...]
    default: str
    fallback: tuple[str, ...] = ()

    def in_force(self, chosen: str | None) -> str:
        """`OFF` or a provider: a choice that is no longer configured counts no more."""
        return (
            chosen if chosen is not None and (chosen == OFF or self._is_configured(chosen)) else self.default
        )

    def order(self, chosen: str | None) -> Sequence[str]:
        """Whom to ask, one after another; nobody where the model is switched off."""
        first = self.in_force(chosen)
        return () if first == OFF else tuple(dict.fromkeys((first, *self.fallback)))

    def option(self, provider: str) -> ModelOption | None:
        return next((option for option in self.options if option.provider == provider), None)

    def _is_configured(self, provider: str) -> bool:
        option = self.option(provider)
        return option is not None and option.is_configured


def read_choice(value: Any) -> str | None:
    """The provider of the knob's value, or `OFF`; None: nobody has chosen, or back to the settings'."""
    return (value or {}).get("provider")
