"""Whether a message leans on the person's last visit: «как в прошлый раз»."""

import re
from functools import cache
from pathlib import Path

from bot.data_files import read_data
from bot.language.folding import plain


def leans_on_last_visit(text: str) -> bool:
    return _pattern().search(plain(text)) is not None


@cache
def _pattern() -> re.Pattern[str]:
    phrases = read_data(Path(__file__).with_name("endings.yaml"))["last_visit"]
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b")
