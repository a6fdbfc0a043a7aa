"""One person's copy of a message to many: its words and what stands under it."""

from bot.delivery.formatted import Formatted
from bot.delivery.formatting import render
from bot.domain import Button, Keyboard
from bot.domain.broadcasts import PROMO, Addressee, Broadcast, Message
from bot.people.privacy.screens import OwnTap
from bot.texts.broadcasts import NewsText
from bot.texts.catalogue import Texts


def words_of(message: Message, code: str) -> str:
    """`code`: the person's own, if each has one."""
    return message.text.replace(PROMO, code or message.promo.code)


def copy_of(broadcast: Broadcast, to: Addressee, texts: Texts) -> tuple[Formatted, Keyboard]:
    tap = OwnTap(act="nonews", person_id=to.external_id, detail=str(broadcast.broadcast_id))
    keyboard = under_copy(broadcast.message, texts, to.language, tap.data)
    return render(words_of(broadcast.message, to.promo)), keyboard


def under_copy(message: Message, texts: Texts, language: str, stop: str) -> Keyboard:
    """`stop`: what comes back with a tap on «no more»."""
    rows = [(Button(text=message.button, url=message.url),)] if message.button else []
    return Keyboard(rows=(*rows, (Button(text=texts.say(NewsText.STOP, language), data=stop),)))
