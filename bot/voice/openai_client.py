"""What both ways of speech through a server with OpenAI's protocol share."""

from typing import Final

import openai
from pydantic import SecretStr

from bot.errors import SpeechError

_BUSY: Final = (408, 409, 429)


def open_client(*, base_url: str, api_key: SecretStr | None, deadline_s: float) -> openai.AsyncOpenAI:
    """`api_key` None: the server wants none."""
    return openai.AsyncOpenAI(
        base_url=base_url,
        api_key=api_key.get_secret_value() if api_key is not None else "none",
        timeout=deadline_s,
        max_retries=0,
    )


def speech_error(name: str, error: openai.APIStatusError) -> SpeechError:
    """To be raised from None: its cause may quote the request or the key."""
    permanent = error.status_code < 500 and error.status_code not in _BUSY
    return SpeechError(f"{name}: HTTP {error.status_code} {error.code or ''}".rstrip(), permanent=permanent)
