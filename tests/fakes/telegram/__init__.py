"""A Telegram of our own: the Bot API over real HTTP on loopback, with people, limits, faults and an audit."""

from tests.fakes.telegram.account import Toast
from tests.fakes.telegram.audit import Call
from tests.fakes.telegram.faults import Fault, FaultKind
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.people import Injected
from tests.fakes.telegram.remote import RemoteTelegram
from tests.fakes.telegram.server import DEFAULT_TOKEN, FakeTelegram
from tests.fakes.telegram.state import SeenMessage
from tests.fakes.telegram.webhook import Push, WebhookRules

__all__ = [
    "DEFAULT_TOKEN",
    "Call",
    "FakeTelegram",
    "Fault",
    "FaultKind",
    "Injected",
    "Limits",
    "Push",
    "RemoteTelegram",
    "SeenMessage",
    "Toast",
    "WebhookRules",
]
