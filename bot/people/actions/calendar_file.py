"""A booking as a file for people's calendars: iCalendar, RFC 5545."""

from datetime import UTC, datetime

from bot.domain.bookings import Booking
from bot.tenant import Tenant

_LINE_OCTETS = 75


def calendar_file(
    booking: Booking, what: str, tenant: Tenant, *, first: int, moves: int, stamped_at: datetime
) -> bytes:
    """One event; under the id that the booking had at `first`, so that moving it replaces it."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Dezhurny//bookings//RU",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:booking-{first}@{tenant.name}.dezhurny",
        f"SEQUENCE:{moves}",
        f"DTSTAMP:{_moment(stamped_at)}",
        f"DTSTART:{_moment(booking.starts_at)}",
        f"DTEND:{_moment(booking.ends_at)}",
        f"SUMMARY:{_escaped(what)}",
        f"LOCATION:{_escaped(tenant.contacts.address)}",
        f"DESCRIPTION:{_escaped(f'{tenant.title}, {tenant.contacts.phone}')}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> str:
    """No line longer than 75 octets; what goes on begins with a space. No sign is cut in two."""
    pieces, room = [""], _LINE_OCTETS
    for sign in line:
        octets = len(sign.encode())
        if octets > room:
            pieces.append("")
            room = _LINE_OCTETS - 1
        pieces[-1] += sign
        room -= octets
    return "\r\n ".join(pieces)
