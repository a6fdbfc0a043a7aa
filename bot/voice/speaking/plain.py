"""Markdown as one would read it to somebody: no signs, no addresses, a sentence for each line."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_MAIL: Final = re.compile(r"(?:mailto:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK: Final = re.compile(
    r"(?:https?|tg)://[^\s)\]>*`«»\"]*[^\s)\]>*`«»\".,;:!?]|(?<![\w@.])(?:www\.|t\.me/)[^\s)\]>]*[\w/]"
    r"|(?<![\w@.])[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:ru|com|org|net|рф|example)\b(?:/\S*[\w/])?",
    re.IGNORECASE,
)
_ENDS: Final = ".!?…:;,"
_UNSPOKEN: Final = re.compile(
    "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2b00-\u2bff\ufe0f\u200d\u2063]+"
)
_SPACES: Final = re.compile(r"[\s\u00a0\u202f\u2009]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stands:
    """What is said instead of what nobody reads aloud."""

    link: str
    mail: str
    code: str
    """A number as long as that of a document."""


def plain(markdown: str, stands: Stands) -> str:
    """The words alone, with a full stop behind each line that has none."""
    root = SyntaxTreeNode(_parser().parse(markdown))
    lines = (_SPACES.sub(" ", _UNSPOKEN.sub(" ", line)).strip() for line in _lines(root, stands))
    return " ".join(line if line[-1] in _ENDS else f"{line}." for line in lines if line.strip(_ENDS + " "))


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])


def _lines(node: SyntaxTreeNode, stands: Stands) -> Iterator[str]:
    for child in node.children:
        match child.type:
            case "inline":
                yield from _without_addresses("".join(_inline(child, stands)), stands).split("\n")
            case "tr":
                cells = (
                    "".join(_inline(cell.children[0], stands)) for cell in child.children if cell.children
                )
                yield _without_addresses(", ".join(filter(str.strip, cells)), stands)
            case "fence" | "code_block":
                yield from _without_addresses(child.content, stands).split("\n")
            case _:
                yield from _lines(child, stands)


def _inline(node: SyntaxTreeNode, stands: Stands) -> Iterator[str]:
    for child in node.children:
        match child.type:
            case "text" | "code_inline":
                yield child.content
            case "softbreak" | "hardbreak":
                yield "\n"
            case "link":
                yield from _link(child, stands)
            case _:
                yield from _inline(child, stands)


def _link(node: SyntaxTreeNode, stands: Stands) -> Iterator[str]:
    label = "".join(_inline(node, stands))
    address = str(node.attrs.get("href", ""))
    is_address = _LINK.fullmatch(label) or _MAIL.fullmatch(label)
    if is_address or address.startswith("tel:"):
        yield label
    else:
        yield f"{label} ({stands.mail if address.startswith('mailto:') else stands.link})"


def _without_addresses(text: str, stands: Stands) -> str:
    return _replaced(_LINK, _replaced(_MAIL, text, lambda: stands.mail), lambda: stands.link)


def _replaced(pattern: re.Pattern[str], text: str, said: Callable[[], str]) -> str:
    return pattern.sub(lambda _: said(), text)
