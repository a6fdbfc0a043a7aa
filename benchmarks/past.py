"""Turns of long ago, in numbers: people, dialogues and turns as the store itself would have written them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, text

TURNS_EACH = 8
"""Of a dialogue."""
_AT_ONCE = 50
"""Dialogues that go on at the same time."""
_PART = 100_000

_NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :end)",
    "postgresql": "WITH n AS (SELECT generate_series(CAST(:first AS bigint), CAST(:end AS bigint) - 1) AS i)",
}
_MOMENT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', :start, ({} * :step) || ' seconds')",
    "postgresql": "CAST(:start AS timestamptz) + ({}) * CAST(:step AS float8) * interval '1 second'",
}
_DIALOGUE = f"((i / ({TURNS_EACH} * {_AT_ONCE})) * {_AT_ONCE} + i % {_AT_ONCE})"
_PERSON = f"(({_DIALOGUE} * 7919) % :people + 1)"
_PEOPLE = """
INSERT INTO people (id, channel, external_id, name, language, first_seen_at, last_seen_at)
{numbers}
SELECT i + 1, 'telegram', 'past-' || i, 'Past ' || i, 'ru', {first}, {first} FROM n
"""
_DIALOGUES = """
INSERT INTO dialogues (id, person_id, tenant, chat_key, started_at, last_at, ended_at)
{numbers}
SELECT 'past-' || i, (i * 7919) % :people + 1, :tenant, 'telegram:past-' || ((i * 7919) % :people),
  {first}, {first}, {first} FROM n
"""
_TURNS = """
INSERT INTO turns (turn_id, dialogue_id, person_id, tenant, chat_key, private, question, answer, outcome,
  light, model, prompt_tokens, completion_tokens, cost, attempt, received_at, answered_at, sources,
  verdicts, timings_ms, trace)
{numbers}
SELECT 'past:' || ((i * 48271) % 1000003) || ':' || i, 'past-' || {dialogue}, {person}, :tenant,
  'telegram:past-' || ({person} - 1), {yes}, 'Вопрос номер ' || i || ' о том, что есть и сколько стоит',
  'Ответ на вопрос: да, есть, приезжайте посмотреть, менеджер всё покажет и расскажет.', 'answered',
  'green', 'bench', 1000, 60, 0.01, 1, {asked}, {answered}, '["faq > Тест-драйв"]',
  '[{{"check": "numbers", "passed": true, "detail": ""}}]', '{{"answer": 1.0}}',
  '{{"prompt": "v1", "passages": [["faq-1", 0.5]]}}' FROM n
"""
_LAST = """
UPDATE dialogues SET last_at = found.last_at, ended_at = found.last_at
FROM (SELECT dialogue_id, max(answered_at) AS last_at FROM turns GROUP BY dialogue_id) AS found
WHERE dialogues.id = found.dialogue_id
"""
_SEEN = """
UPDATE people SET last_seen_at = found.last_at
FROM (SELECT person_id, max(last_at) AS last_at FROM dialogues GROUP BY person_id) AS found
WHERE people.id = found.person_id
"""
_HOLD = """
INSERT INTO retention_holds (tenant, person_id, reason, placed_by, placed_at)
SELECT :tenant, id, 'bench', 'console', last_seen_at FROM people WHERE id <= :held
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """`old` turns in the `days` before a moment, and a twentieth as many in the time since."""

    tenant: str
    old: int
    before: datetime
    days: int = 270
    held: int = 20

    def fill(self, engine: Engine) -> None:
        """Write it all into an empty database, in parts."""
        kind = engine.dialect.name
        turns = self.old + self.old // 20
        dialogues = turns // TURNS_EACH + _AT_ONCE
        people = max(self.held, dialogues // 3)
        step = self.days * 86_400 / self.old
        start = self.before - timedelta(seconds=self.old * step)
        moment = _MOMENT[kind]
        parts: dict[str, Any] = {
            "numbers": _NUMBERS[kind],
            "dialogue": _DIALOGUE,
            "person": _PERSON,
            "yes": "1" if kind == "sqlite" else "true",
            "first": moment.format("0"),
            "asked": moment.format("(i - 0.8 / :step)"),
            "answered": moment.format("i"),
        }
        shown = start.strftime("%Y-%m-%d %H:%M:%S") if kind == "sqlite" else start.isoformat()
        values = {"tenant": self.tenant, "people": people, "start": shown, "step": step}
        for template, count in ((_PEOPLE, people), (_DIALOGUES, dialogues), (_TURNS, turns)):
            for first in range(0, count, _PART):
                with engine.begin() as connection:
                    _run(
                        connection,
                        template.format(**parts),
                        {**values, "first": first, "end": min(count, first + _PART)},
                    )
        with engine.begin() as connection:
            for statement in (_LAST, _SEEN, _HOLD):
                _run(connection, statement, {"tenant": self.tenant, "held": self.held})


def _run(connection: Connection, statement: str, values: dict[str, Any]) -> None:
    wanted = text(statement)
    used = {name: values[name] for name in wanted.compile().params if name in values}
    connection.execute(wanted, used)
