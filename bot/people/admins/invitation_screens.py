"""What admins read of invitations, and what people read who open one."""

from collections.abc import Mapping, Sequence

from bot.domain import Button, Keyboard
from bot.domain.staff import Role
from bot.people.admins.invitations import LASTS, LONGEST_NOTE, MOST_OPEN, ROLES, InvitationWish, Made
from bot.people.admins.naming import Naming
from bot.people.retention.days import in_words
from bot.people.screen import Screen
from bot.store.invitations import Invitation, Redemption
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.texts.invitations import InvitationText
from bot.texts.literal import literal

DATA = "invite:"
FOR, YES, NO = f"{DATA}for:", f"{DATA}yes:", f"{DATA}no"
LIST, REVOKE, REVOKE_YES = f"{DATA}list", f"{DATA}off:", f"{DATA}gone:"
_OPENED = {
    Redemption.USED: InvitationText.OPENED_USED,
    Redemption.EXPIRED: InvitationText.OPENED_EXPIRED,
    Redemption.REVOKED: InvitationText.OPENED_REVOKED,
    Redemption.OWN: InvitationText.OPENED_OWN,
    Redemption.ALREADY_STAFF: InvitationText.OPENED_ALREADY_STAFF,
    Redemption.ACCEPTED: InvitationText.WELCOME,
}


class InvitationScreens:
    """In one language. `names`: of the staff, by their keys."""

    def __init__(
        self, tenant: Tenant, texts: Texts, language: str, names: Mapping[str, str] | None = None
    ) -> None:
        self._zone = tenant.zone
        self._texts = texts
        self._language = language
        self._naming = Naming(texts, language, names or {})

    def choose(self) -> Screen:
        rows = tuple((Button(text=self._role(role), data=f"{FOR}{role}"),) for role in ROLES)
        return Screen(self._say(InvitationText.CHOOSE), Keyboard(rows=rows))

    def plain(self, text: InvitationText) -> Screen:
        most = LONGEST_NOTE if text is InvitationText.NOTE_TOO_LONG else MOST_OPEN
        return Screen(self._say(text, most=most, roles=", ".join(map(self._role, ROLES))))

    def asking(self, wish: InvitationWish) -> Screen:
        text = InvitationText.ASK_NOTE if wish.note else InvitationText.ASK
        yes = Button(text=self._say(InvitationText.YES), data=f"{YES}{wish.name}")
        no = Button(text=self._say(InvitationText.NO), data=NO)
        said = self._say(text, role=self._role(wish.role), note=literal(wish.note))
        return Screen(said, Keyboard(rows=((yes,), (no,))))

    def made(self, made: Made, bot_name: str) -> Screen:
        link = f"https://t.me/{bot_name}?start={made.parameter}"
        return Screen(self._of(InvitationText.MADE, made.invitation, link=link))

    def overview(self, waiting: Sequence[Invitation], ended: Sequence[Invitation]) -> Screen:
        parts = [self._say(InvitationText.NONE)]
        if waiting:
            lines = [
                self._of(InvitationText.LINE, found, place=place)
                for place, found in enumerate(waiting, start=1)
            ]
            parts = [self._say(InvitationText.LIST, lines="\n".join(lines))]
        if ended:
            lines = [self._end(found) for found in ended]
            parts.append(self._say(InvitationText.ENDED, lines="\n".join(lines)))
        rows = tuple(
            (Button(text=self._say(InvitationText.REVOKE, place=place), data=f"{REVOKE}{found.number}"),)
            for place, found in enumerate(waiting, start=1)
        )
        return Screen("\n\n".join(parts), Keyboard(rows=rows) if rows else None)

    def revoke_asking(self, found: Invitation) -> Screen:
        yes = Button(text=self._say(InvitationText.REVOKE_YES), data=f"{REVOKE_YES}{found.number}")
        back = Button(text=self._say(InvitationText.BACK), data=LIST)
        return Screen(self._of(InvitationText.REVOKE_ASK, found), Keyboard(rows=((yes,), (back,))))

    def revoked(self, found: Invitation) -> Screen:
        return Screen(self._of(InvitationText.REVOKED, found))

    def opened(self, redemption: Redemption, role: Role) -> str:
        """For who has opened a link; `role`: what they have now."""
        return self._say(_OPENED[redemption], role=self._role(role))

    def told(self, found: Invitation, who: str) -> str:
        """For the admins."""
        return self._of(InvitationText.TOLD, found, who=literal(who))

    def _end(self, found: Invitation) -> str:
        if found.used_at is not None:
            when = in_words(found.used_at, self._zone)
            return self._of(
                InvitationText.ENDED_USED, found, who=self._naming.person(found.used_by), when=when
            )
        if found.revoked_at is not None:
            return self._of(InvitationText.ENDED_REVOKED, found)
        when = in_words(found.expires_at, self._zone)
        return self._of(InvitationText.ENDED_EXPIRED, found, when=when)

    def _of(self, text: InvitationText, found: Invitation, **values: object) -> str:
        note = self._say(InvitationText.NOTED, note=literal(found.note)) if found.note else ""
        return self._say(
            text,
            role=self._role(found.role),
            note=note,
            by=self._naming.person(found.made_by),
            until=in_words(found.expires_at, self._zone),
            **values,
        )

    def _role(self, role: Role) -> str:
        return self._naming.role(role)

    def _say(self, text: InvitationText, **values: object) -> str:
        hours = round(LASTS.total_seconds() / 3600)
        return self._texts.say(text, self._language, **{"hours": hours, **values})
