"""Dialogues as they leave for training and analysis: masked, of people who agreed, without who they were."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path

from bot.data_files import read_data
from bot.domain import Outcome
from bot.domain.moments import Now
from bot.errors import SettingsError
from bot.people.export.files import DialogueFile, Record, all_written
from bot.people.export.masking import LastMask
from bot.store.exporting import ExportStore, LoggedDialogue, LoggedTurn, Opinion
from bot.tenant import Tenant
from bot.tenant.terms import Terms

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_ID_CHARACTERS = 16
_NOT_ASKED = frozenset({Outcome.OPERATOR.value})
Hide = Callable[[str], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Exports:
    """One tenant's. Calls block and raise StoreError, ExportFailed and SettingsError.

    `terms`: to which those whose dialogues leave agree; None: nobody is asked.
    """

    store: ExportStore
    tenant: Tenant
    terms: Terms | None
    now: Now

    def count(self, since: date | None) -> int:
        """How many dialogues there are to leave; `since` is a local day, None: from the first."""
        return self.store.count(self._moment(since), self.now())

    def write(
        self, since: date | None, *files: DialogueFile, pause: Callable[[float], None] | None = None
    ) -> int:
        """Write all of them into each of the files, whole or not at all; how many there were.

        `pause` is given back to others after each dialogue: half of the time that it took.
        """
        self.expect_training_agreed()
        written = 0
        with all_written(files):
            began = time.perf_counter()
            for record in self._records(since):
                for file in files:
                    file.add(record)
                written += 1
                if pause is not None:
                    pause((time.perf_counter() - began) / 2)
                    began = time.perf_counter()
        return written

    def expect_training_agreed(self) -> None:
        """Raises SettingsError where the terms say nothing of it to those who agree to them."""
        if self.terms is None:
            return
        words = " ".join((*self.terms.shorts.values(), *self.terms.fulls.values())).lower()
        if not any(word in words for word in read_data(Path(__file__).with_suffix(".yaml"))["training"]):
            raise SettingsError(
                "nobody has agreed to it: terms.yaml does not say that dialogues may be used for training"
            )

    def _records(self, since: date | None) -> Iterator[Record]:
        mask = LastMask(self.tenant, staff=self.store.staff_names(), everybody=self.store.names())
        pseudonym = _Pseudonyms()
        for dialogue in self.store.dialogues(self._moment(since), self.now()):
            yield self._record(dialogue, mask, pseudonym)

    def _record(self, dialogue: LoggedDialogue, mask: LastMask, pseudonym: "_Pseudonyms") -> Record:
        def hide(text: str) -> str:
            return mask.hide(text, dialogue.known)

        metadata = {
            "dialogue": pseudonym("dialogue", dialogue.dialogue_id),
            "person": pseudonym("person", dialogue.person),
            "tenant": self.tenant.name,
            "language": dialogue.language,
            "day": dialogue.started_at.astimezone(self.tenant.zone).date().isoformat(),
            "end": dialogue.end_reason,
            "rating": _opinion(dialogue.rating, hide),
            "turns": [_turn(turn, hide) for turn in dialogue.turns],
        }
        return {"messages": list(_messages(dialogue, hide)), "metadata": metadata}

    def _moment(self, since: date | None) -> datetime:
        """When the local day begins."""
        if since is None:
            return _BEGINNING
        return datetime.combine(since, time_of_day.min, self.tenant.zone).astimezone(UTC)


class _Pseudonyms:
    """Names that hold within one export: the key is made for it, and known to nobody afterwards."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def __call__(self, kind: str, name: str | int) -> str:
        digest = hmac.new(self._key, f"{kind}:{name}".encode(), hashlib.sha256)
        return digest.hexdigest()[:_ID_CHARACTERS]


def _messages(dialogue: LoggedDialogue, hide: Hide) -> Iterator[Record]:
    for turn in dialogue.turns:
        if turn.question and turn.outcome not in _NOT_ASKED:
            yield {"role": "user", "content": hide(turn.question)}
        if turn.answer:
            yield {"role": "assistant", "content": hide(turn.answer)}


def _turn(turn: LoggedTurn, hide: Hide) -> Record:
    return {
        "outcome": turn.outcome,
        "light": turn.light,
        "model": turn.model,
        "prompt": turn.prompt,
        "thumb": None if turn.thumb is None else turn.thumb.score,
        "error": _opinion(turn.error, hide),
        "marks": list(turn.marks),
        "correction": hide(turn.correction),
    }


def _opinion(opinion: Opinion | None, hide: Hide) -> Record | None:
    if opinion is None:
        return None
    return {
        "score": opinion.score,
        "reasons": [hide(reason) for reason in opinion.reasons],
        "words": hide(opinion.words),
    }
