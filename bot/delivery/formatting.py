"""Markdown as models write it, turned into text with entities."""

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from bot.delivery.formatted import EntityKind, Formatted, is_blank
from bot.delivery.writer import Writer

_LONGEST_PARSED = 20_000
"""Beyond this the text is shown as it is: nobody writes it, and parsing could take seconds."""
_MARKED = re.compile(r"[*_`~\[<|\\&]|^[ \t]*(?:[-+>#=]|\d+[.)])|^(?:\t| {4})|  \n", re.MULTILINE)
"""Finds whatever may be Markdown. Most answers have none, and parsing costs as much as sending."""
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_STARS = re.compile(r"\*\*+")
_LINKED = frozenset({"http", "https", "tg"})
_DIALLED = frozenset({"mailto", "tel"})
_STYLES = {"strong": EntityKind.BOLD, "em": EntityKind.ITALIC, "s": EntityKind.STRIKE}


@lru_cache(maxsize=256)
def render(markdown: str) -> Formatted:
    """The text and entities that a piece of Markdown stands for. Raises ValueError if it is blank.

    Remembers the last ones: stored answers come again and again, and parsing costs as much as sending.
    """
    markdown = _LONE_SURROGATE.sub("\ufffd", markdown.replace("\0", ""))
    if is_blank(markdown):
        raise ValueError("there is nothing to see in this text")
    if len(markdown) > _LONGEST_PARSED or not _MARKED.search(markdown):
        return Formatted(text=markdown.strip())
    writer = Writer()
    _blocks(SyntaxTreeNode(_PARSER.parse(markdown)), writer)
    formatted = writer.result()
    return Formatted(text=markdown.strip()) if is_blank(formatted.text) else formatted


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])
    parser.disable("text_join")  # keeps an escaped asterisk apart from one that was meant as a mark
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # unsafe ones are shown as text
    return parser


_PARSER = _parser()


def tokens_of(markdown: str) -> list[Token]:
    """What a piece of Markdown is read as, for whoever looks for mistakes in it."""
    return _PARSER.parse(markdown)


def _blocks(node: SyntaxTreeNode, writer: Writer) -> None:
    for child in node.children:
        _block(child, writer)


def _block(node: SyntaxTreeNode, writer: Writer) -> None:
    match node.type:
        case "paragraph" | "heading":
            _paragraph(node, writer)
        case "bullet_list" | "ordered_list":
            _list(node, writer)
        case "blockquote":
            writer.gap(2)
            is_outer = writer.open(EntityKind.QUOTE)
            start = writer.begin_block()
            _blocks(node, writer)
            if is_outer:
                writer.close(EntityKind.QUOTE, start)
            writer.gap(2)
        case "fence" | "code_block":
            writer.gap(2)
            start = writer.begin()
            writer.write(node.content.rstrip("\n") or " ")
            writer.close(EntityKind.PRE, start, language=node.info.split(" ")[0] if node.info else "")
            writer.gap(2)
        case "hr":
            writer.gap(2)
            writer.write("———")
            writer.gap(2)
        case "table":
            _table(node, writer)
        case _:
            writer.gap(2)
            writer.write(node.content)


def _paragraph(node: SyntaxTreeNode, writer: Writer) -> None:
    is_tight = node.parent is not None and node.parent.type == "list_item"
    writer.gap(1 if is_tight else 2)
    is_bold = node.type == "heading" and writer.open(EntityKind.BOLD)
    start = writer.begin()
    _blocks_inline(node, writer)
    if is_bold:
        writer.close(EntityKind.BOLD, start)
    writer.gap(1 if is_tight else 2)


def _list(node: SyntaxTreeNode, writer: Writer) -> None:
    outer = writer.indent
    is_nested = node.parent is not None and node.parent.type == "list_item"
    writer.gap(1 if is_nested else 2)
    number = int(node.attrs.get("start", 1))
    for item in node.children:
        mark = "• " if node.type == "bullet_list" else f"{number}. "
        writer.gap(1)
        writer.write(mark)
        writer.indent = outer + "   "
        for place, child in enumerate(item.children):
            if place == 0 and child.type == "paragraph":
                _blocks_inline(child, writer)
            else:
                writer.gap(1)
                _block(child, writer)
        writer.indent = outer
        writer.gap(1)
        number += 1
    writer.gap(1 if is_nested else 2)


def _table(node: SyntaxTreeNode, writer: Writer) -> None:
    """One line a row, readable on a phone: the first cell in bold, then `header: cell` for each other."""
    rows = [row.children for part in node.children for row in part.children]
    header, body = rows[0], rows[1:]
    writer.gap(2)
    for row in body or [header]:
        writer.gap(1)
        for place, cell in enumerate(row):
            if place:
                writer.write(" — " if place == 1 else "; ")
                if row is not header and _has_text(header[place]):
                    _blocks_inline(header[place], writer)
                    writer.write(": ")
                _blocks_inline(cell, writer)
            else:
                is_bold = writer.open(EntityKind.BOLD)
                start = writer.begin()
                _blocks_inline(cell, writer)
                if is_bold:
                    writer.close(EntityKind.BOLD, start)
    writer.gap(2)


def _has_text(cell: SyntaxTreeNode) -> bool:
    return any(child.content.strip() for child in cell.children)


def _blocks_inline(node: SyntaxTreeNode, writer: Writer) -> None:
    for inline in node.children:
        _inline(inline.children, writer)


def _inline(nodes: list[SyntaxTreeNode], writer: Writer) -> None:
    stars = _StrayStars(nodes, writer)
    for node in nodes:
        match node.type:
            case "text":
                stars.write(_BREAK.sub("\n", node.content))
            case "softbreak" | "hardbreak":
                writer.write("\n")
            case "code_inline":
                start = writer.begin()
                writer.write(node.content)
                writer.close(EntityKind.CODE, start)
            case "link":
                _link(str(node.attrs.get("href", "")), node.children, writer)
            case "image":
                _link(str(node.attrs.get("src", "")), node.children, writer)
            case "strong" | "em" | "s":
                kind = _STYLES[node.type]
                is_new = writer.open(kind)
                start = writer.begin()
                _inline(node.children, writer)
                if is_new:
                    writer.close(kind, start)
            case _:
                writer.write(node.content)


class _StrayStars:
    """Mends `**bold:**text`, which CommonMark leaves as it is, and drops a mark that is never closed.

    A pair makes bold. The odd one out goes only if it touches a word on one side: `2 ** 10` and
    `2**10` stay as they are.
    """

    def __init__(self, nodes: list[SyntaxTreeNode], writer: Writer) -> None:
        self._writer = writer
        self._left = sum(len(_STARS.findall(node.content)) for node in nodes if node.type == "text")
        self._start: int | None = None

    def write(self, text: str) -> None:
        place = 0
        for match in _STARS.finditer(text):
            self._writer.write(text[place : match.start()])
            place = match.end()
            self._left -= 1
            if self._start is not None:
                self._writer.close(EntityKind.BOLD, self._start)
                self._start = None
            elif _is_between_values(text, match):
                self._writer.write(match.group())
            elif self._left and self._writer.open(EntityKind.BOLD):
                self._start = self._writer.begin()
        self._writer.write(text[place:])


def _is_between_values(text: str, match: re.Match[str]) -> bool:
    before, after = text[: match.start()], text[match.end() :]
    if before[-1:].isdigit() and after[:1].isdigit():
        return True
    return before[-1:].isspace() and after[:1].isspace()


def _link(url: str, label: list[SyntaxTreeNode], writer: Writer) -> None:
    """A link that a messenger opens stays one; of any other the address is shown beside the words.

    Mail and telephone addresses are shown too: Telegram drops links to them, but finds them in text.
    """
    scheme, _, rest = url.partition(":")
    is_dialled = scheme.lower() in _DIALLED
    is_linked = is_dialled or (scheme.lower() in _LINKED and _is_address(url))
    address = unquote(rest) if is_dialled else url
    is_new = is_linked and writer.open(EntityKind.LINK)
    start, mark = writer.begin(), writer.mark()
    _inline(label, writer)
    words = writer.since(mark)
    if not words.strip():
        writer.write(address)
    if is_new:
        writer.close(EntityKind.LINK, start, url=url)
    if words.strip() and (is_dialled or not is_linked) and _bare(address) not in _bare(words):
        writer.write(f" ({address})")


def _bare(address: str) -> str:
    return "".join(char for char in address.lower() if char.isalnum())


def _is_address(url: str) -> bool:
    try:
        host = urlsplit(url).netloc
    except ValueError:
        return False
    return bool(host) and "%" not in host
