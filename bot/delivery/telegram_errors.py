"""What Telegram's refusals mean here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, TelegramError

from bot.delivery.channel import MaybeSent, MessageGone
from bot.delivery.telegram_transport import AnswerLost, Flooded
from bot.errors import ChatMoved, ChatUnreachable, DeliveryError, FloodLimited, ThreadGone

UNREACHABLE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user is deactivated",
    "input_user_dea",
)
GONE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message to copy not found",
)
_THREAD_GONE = ("message thread not found", "topic_deleted", "topic_closed")


def says(error: TelegramError, *phrases: str) -> bool:
    message = error.message.lower()
    return any(phrase in message for phrase in phrases)


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Telegram's errors become this project's. No message holds an address, for it would hold the token."""
    try:
        yield
    except Flooded as error:
        raise FloodLimited(error.message, retry_after_s=error.retry_after_s) from error
    except ChatMigrated as error:
        raise ChatMoved(error.message, new_chat_id=error.new_chat_id) from error
    except Forbidden as error:
        raise ChatUnreachable(error.message, permanent=True) from error
    except BadRequest as error:
        if says(error, *_THREAD_GONE):
            raise ThreadGone(error.message, permanent=True) from error
        if says(error, *UNREACHABLE):
            raise ChatUnreachable(error.message, permanent=True) from error
        if says(error, *GONE):
            raise MessageGone(error.message, permanent=True) from error
        raise DeliveryError(error.message, permanent=True) from error
    except AnswerLost as error:
        raise MaybeSent(error.message) from error
    except (NetworkError, InvalidToken) as error:  # a token that was revoked is replaced, and all goes on
        raise DeliveryError(error.message) from error
    except TelegramError as error:
        raise DeliveryError(error.message, permanent=True) from error
