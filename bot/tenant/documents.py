"""Documents of other makers as blocks of plain text: HTML, PDF, DOCX. Each raises TenantError.

The libraries are imported where they are used: a tenant without such documents does not pay for them.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import Problem, TenantError
from bot.tenant.source import read_bytes

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MB = 1024 * 1024
_MOST_UNPACKED_MB = 100
_MOST_PAGES = 1_000
_DEEPEST = 500
"""Elements within one another: a parser takes the square of it. Pages of people have some dozens."""
_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]{0,40})", re.IGNORECASE)
_FLAT = re.compile(
    r"p|li|d[td]|t[rdh]|thead|tbody|tfoot|option|optgroup|r[tp]|col|colgroup"
    r"|area|base|br|embed|hr|img|input|link|meta|param|source|track|wbr"
)
_RAW = ("script", "style")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_SILENT = "script, style, noscript, template, nav, header, footer, aside, form, iframe, svg"
_HEADING = re.compile(r"h([1-6])")
_INLINE = frozenset(
    (
        "a",
        "abbr",
        "b",
        "cite",
        "code",
        "em",
        "i",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
    )
)
_SENTENCE_END = (".", "!", "?", ":", ";", "…")


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A paragraph, or a heading where `level` is 1 or more."""

    text: str
    level: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """What a converter reads. `facts`: title, source, date, audience, as far as the document says them."""

    blocks: tuple[Block, ...]
    facts: dict[str, str]


def read_html(path: Path) -> Document:
    """The text under its headings, without menus, scripts and forms; in the encoding that it declares."""
    from selectolax.lexbor import LexborHTMLParser

    text = _decoded(path, read_bytes(path))
    _refuse_depth(path, text)
    page = LexborHTMLParser(text)
    facts = {
        name: (node.attributes.get("content") or "").strip()
        for name in ("source", "date", "audience")
        if (node := page.css_first(f'meta[name="{name}"]')) is not None
    }
    title = page.css_first("title")
    facts["title"] = _squeezed(title.text()) if title is not None else ""
    for silent in page.css(_SILENT):
        silent.decompose()
    root = page.css_first("main") or page.css_first("article") or page.body
    blocks = tuple(_html_blocks(root)) if root is not None else ()
    return Document(blocks=_not_empty(path, blocks), facts=facts)


def _refuse_depth(path: Path, text: str) -> None:
    """Counts by the tags alone; those whose end people leave out are taken for flat."""
    opened: Counter[str] = Counter()
    place = 0
    while found := _TAG.search(text, place):
        place, name = found.end(), found[2].lower()
        if _FLAT.fullmatch(name):
            continue
        if not found[1]:
            opened[name] += 1
        elif opened[name]:
            opened[name] -= 1
        if name in _RAW and not found[1]:
            place = max(place, text.find(f"</{found[2]}", place))
        if opened.total() > _DEEPEST:
            line = text.count("\n", 0, found.start()) + 1
            message = f"the elements of the page stand more than {_DEEPEST} deep in one another"
            raise TenantError([Problem(file=path, line=line, message=message)])


def _decoded(path: Path, data: bytes) -> str:
    declared = _CHARSET.search(data[:4096])
    encoding = (
        declared[1].decode("ascii") if declared and not data.startswith(b"\xef\xbb\xbf") else "utf-8-sig"
    )
    try:
        text = data.decode(encoding)
        text.encode()  # some encodings give halves of signs, which nothing can keep
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = f"the text is not in {encoding.removesuffix('-sig').upper()}"
        raise TenantError([Problem(file=path, line=line, message=message)]) from error
    except (LookupError, UnicodeError) as error:
        message = f'there is no encoding "{encoding}"'
        raise TenantError([Problem(file=path, line=1, message=message)]) from error
    return text


def _html_blocks(root: "LexborNode") -> Iterator[Block]:
    """In the order of the page: a block ends where another one begins or its own element ends."""
    said: list[str] = []
    waiting: list[LexborNode | None] = [root]
    while waiting:
        node = waiting.pop()
        if node is None or not (node.tag == "-text" or node.tag in _INLINE):
            if text := _squeezed("".join(said)):
                yield Block(text=text)
            said.clear()
        if node is None:
            continue
        if heading := _HEADING.fullmatch(node.tag or ""):
            yield Block(text=_squeezed(node.text(separator=" ")), level=int(heading[1]))
        elif node.tag == "tr":
            cells = [_squeezed(cell.text(separator=" ")) for cell in node.css("td, th")]
            yield Block(text=" | ".join(filter(None, cells)))
        elif node.tag == "-text":
            said.append(node.text(deep=False))
        else:
            children = list(node.iter(include_text=True))
            waiting += reversed(children) if node.tag in _INLINE else [None, *reversed(children)]


def read_pdf(path: Path) -> Document:
    """The text of the pages. A scan without text and a document with a password are problems."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    read_bytes(path, keep=False)
    try:
        pdf = PdfReader(path)
        if pdf.is_encrypted and not pdf.decrypt(""):
            raise _fault(path, "the PDF has a password; save it without one")
        if len(pdf.pages) > _MOST_PAGES:
            raise _fault(path, f"the PDF has {len(pdf.pages)} pages; {_MOST_PAGES} at most are read")
        pages = [page.extract_text() for page in pdf.pages]
        facts = {"title": str(pdf.metadata.title or "") if pdf.metadata else ""}
    except DependencyError as error:
        raise _fault(path, "the PDF has a password; save it without one") from error
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise _fault(path, f"the PDF is broken: {type(error).__name__}") from error
    if not any(page.strip() for page in pages):
        raise _fault(path, "the PDF has no text: it is probably a scan; recognise it first")
    blocks = tuple(Block(text=text) for page in pages for text in _paragraphs(page))
    return Document(blocks=blocks, facts=facts)


def _paragraphs(page: str) -> Iterator[str]:
    """Lines put together: a paragraph ends at an empty line, or at a sentence's end on a short line."""
    lines = [line.strip() for line in page.splitlines()]
    width = max(map(len, lines), default=0)
    paragraph: list[str] = []
    for line in lines:
        if line:
            paragraph.append(line)
        if paragraph and (not line or (line.endswith(_SENTENCE_END) and len(line) < 0.8 * width)):
            yield _joined(paragraph)
            paragraph = []
    if paragraph:
        yield _joined(paragraph)


def _joined(lines: list[str]) -> str:
    """One line; a word that is divided at a line's end is whole again."""
    return _squeezed(re.sub(r"(?<=[^\W\d_])[-\u00ad]\n(?=[а-яёa-z])", "", "\n".join(lines)))


def read_docx(path: Path) -> Document:
    """The paragraphs under their headings, and the rows of the tables."""
    import docx
    from docx.opc.exceptions import OpcError
    from docx.table import Table

    read_bytes(path, keep=False)
    _refuse_bomb(path)
    try:
        document = docx.Document(str(path))
        blocks: list[Block] = []
        for part in document.iter_inner_content():
            if isinstance(part, Table):
                rows = ([_squeezed(cell.text) for cell in row.cells] for row in part.rows)
                blocks += [Block(text=" | ".join(dict.fromkeys(cells))) for cells in rows]
            else:
                level = _docx_level(part.style.name if part.style is not None else "")
                blocks.append(Block(text=_squeezed(part.text), level=level))
        facts = {"title": document.core_properties.title or ""}
    except (OpcError, zipfile.BadZipFile, KeyError, ValueError, SyntaxError, OSError) as error:
        raise _fault(path, f"the DOCX is broken: {type(error).__name__}") from error
    return Document(blocks=_not_empty(path, tuple(blocks)), facts=facts)


def _docx_level(style: str | None) -> int:
    if style == "Title":
        return 1
    found = re.fullmatch(r"Heading (\d)", style or "")
    return int(found[1]) if found else 0


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise _fault(path, "the DOCX is broken: it is no archive") from error
    if unpacked > _MOST_UNPACKED_MB * MB:
        message = f"the DOCX unpacks to {unpacked // MB} MB; {_MOST_UNPACKED_MB} MB at most are read"
        raise _fault(path, message)


def _not_empty(path: Path, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    kept = tuple(block for block in blocks if block.text)
    if not any(not block.level for block in kept):
        raise _fault(path, "there is no text in it")
    return kept


def _fault(path: Path, message: str) -> TenantError:
    return TenantError([Problem(file=path, line=None, message=message)])


def _squeezed(text: str) -> str:
    return " ".join(text.split())
