"""Consents in SQL: who agreed to what, since when and until when."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, select, update

from bot.domain.consents import Consent, Person
from bot.store.engine import translated
from bot.store.people_tables import ConsentRow
from bot.store.persons import person_row
from bot.store.rows import DIALOGUES, PEOPLE, clean, insert_into, table_of

CONSENTS = table_of(ConsentRow)


class ConsentStore:
    """One tenant's consents. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def standing(self, person: Person) -> Consent | None:
        """What the person agrees to now, be it an older version."""
        newest = select(CONSENTS).where(self._standing(person)).order_by(CONSENTS.c.id.desc()).limit(1)
        with translated(), self._engine.connect() as connection:
            row = connection.execute(newest).one_or_none()
        if row is None:
            return None
        return Consent(
            version=row.version,
            keeps_summary=row.keeps_summary,
            takes_news=row.takes_news,
            given_at=row.given_at,
        )

    def give(
        self,
        person: Person,
        version: str,
        *,
        keeps_summary: bool,
        takes_news: bool = False,
        at: datetime,
    ) -> bool:
        """Agree to this version, which ends the consent to any other. False: they did before."""
        with translated(), self._engine.begin() as connection:
            row_id = person_row(
                connection, person.channel, person.external_id, person.name, person.language, at=at
            )
            mine = and_(CONSENTS.c.tenant == self._tenant, CONSENTS.c.person_id == row_id)
            older = and_(mine, CONSENTS.c.withdrawn_at.is_(None), CONSENTS.c.version != version)
            connection.execute(update(CONSENTS).where(older).values(withdrawn_at=at))
            given = insert_into(connection, CONSENTS).values(
                tenant=self._tenant,
                person_id=row_id,
                version=version,
                keeps_summary=keeps_summary,
                takes_news=takes_news,
                news_at=at if takes_news else None,
                given_at=at,
            )
            return connection.execute(given.on_conflict_do_nothing()).rowcount > 0

    def withdraw(self, person: Person, *, at: datetime) -> bool:
        """End it, and drop what was kept for the next visit. False: there was none."""
        with translated(), self._engine.begin() as connection:
            ended = update(CONSENTS).where(self._standing(person)).values(withdrawn_at=at)
            had_one = connection.execute(ended).rowcount > 0
            self._drop_summaries(connection, person)
        return had_one

    def keep_summary(self, person: Person, *, keeps: bool) -> bool:
        """Change this part of the consent alone; a no drops what is kept. False: it says so already."""
        differs = and_(self._standing(person), CONSENTS.c.keeps_summary.is_not(keeps))
        with translated(), self._engine.begin() as connection:
            changed = connection.execute(update(CONSENTS).where(differs).values(keeps_summary=keeps))
            if not keeps:
                self._drop_summaries(connection, person)
        return changed.rowcount > 0

    def take_news(self, person: Person, *, takes: bool, at: datetime, version: str | None = None) -> bool:
        """Change this part of the consent alone. False: it says so already, or there is none.

        `version`: of the consent that is noted where there is none; None: nothing is.
        """
        differs = and_(self._standing(person), CONSENTS.c.takes_news.is_not(takes))
        with translated(), self._engine.begin() as connection:
            changed = connection.execute(update(CONSENTS).where(differs).values(takes_news=takes, news_at=at))
            if changed.rowcount or not takes or version is None:
                return changed.rowcount > 0
            row_id = person_row(
                connection, person.channel, person.external_id, person.name, person.language, at=at
            )
            given = insert_into(connection, CONSENTS).values(
                tenant=self._tenant,
                person_id=row_id,
                version=version,
                keeps_summary=False,
                takes_news=True,
                news_at=at,
                given_at=at,
            )
            return connection.execute(given.on_conflict_do_nothing()).rowcount > 0

    def _drop_summaries(self, connection: Connection, person: Person) -> None:
        mine = and_(DIALOGUES.c.tenant == self._tenant, DIALOGUES.c.person_id.in_(_rows_of(person)))
        connection.execute(
            update(DIALOGUES).where(mine, DIALOGUES.c.summary.is_not(None)).values(summary=None)
        )

    def _standing(self, person: Person) -> ColumnElement[bool]:
        return and_(
            CONSENTS.c.tenant == self._tenant,
            CONSENTS.c.withdrawn_at.is_(None),
            CONSENTS.c.person_id.in_(_rows_of(person)),
        )


def _rows_of(person: Person) -> Select[tuple[int]]:
    who = and_(PEOPLE.c.channel == person.channel.value, PEOPLE.c.external_id == clean(person.external_id))
    return select(PEOPLE.c.id).where(who)
