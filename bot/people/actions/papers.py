"""Pages for customers as PDF: the tenant's Markdown rendered, and a cost sheet. Every call takes CPU time."""

import atexit
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import fontpkg_roboto
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from fpdf import FPDF
from markdown_it import MarkdownIt
from markdown_it.token import Token

_FONT = "Roboto"
_INK, _ACCENT, _FAINT, _LINE = (33, 37, 48), (36, 84, 132), (112, 118, 130), (208, 213, 221)
_MARGIN_MM, _BOTTOM_MM = 20, 24
_HEADINGS = {"h1": (21, 9.5), "h2": (14, 7), "h3": (11.5, 6)}
"""Size in points and height of a line in millimetres."""
_BODY = (10.5, 5.6)
_INDENT_MM = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Letterhead:
    """Who it is from: the line above, and the line at the foot of every page."""

    title: str
    contacts: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetText:
    """A cost sheet in words. `lines` are titles with sums; the total stands under them."""

    heading: str
    subject: str
    lines: Sequence[tuple[str, str]]
    total: tuple[str, str]
    notes: Sequence[str]


class _Paper(FPDF):
    def __init__(self, letterhead: Letterhead) -> None:
        super().__init__(format="A4")
        self._letterhead = letterhead
        for style, file in _fonts().items():
            self.add_font(_FONT, style, file)
        self.set_margins(_MARGIN_MM, _MARGIN_MM)
        self.set_auto_page_break(True, _BOTTOM_MM)
        self.set_title(letterhead.title)
        self.add_page()

    def header(self) -> None:
        self._use("", 9, _FAINT)
        self.cell(0, 5, self._letterhead.title, new_x="LMARGIN", new_y="NEXT")
        self.set_draw_color(*_LINE)
        self.line(_MARGIN_MM, self.get_y() + 1.5, self.w - _MARGIN_MM, self.get_y() + 1.5)
        self.ln(7)

    def footer(self) -> None:
        self.set_y(-15)
        self._use("", 8.5, _FAINT)
        self.cell(0, 5, self._letterhead.contacts)
        self.set_x(_MARGIN_MM)
        self.cell(0, 5, str(self.page_no()), align="R")

    def _use(self, style: str, size: float, colour: tuple[int, int, int] = _INK) -> None:
        self.set_font(_FONT, style, size)
        self.set_text_color(*colour)

    def title_line(self, text: str, tag: str = "h1") -> None:
        size, height = _HEADINGS[tag]
        is_first = tag == "h1"
        self.ln(0 if is_first else 3)
        if self.will_page_break(height * 3):
            self.add_page()  # a heading never stands alone at the foot of a page
        self._use("B", size, _ACCENT if is_first else _INK)
        self.multi_cell(0, height, text, align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(2.5 if is_first else 1.2)

    def paragraph(self, runs: Sequence[tuple[str, str]], *, indent: int = 0, mark: str = "") -> None:
        """`runs`: styles, "B" for bold, with their texts; `mark` stands before the first line."""
        size, height = _BODY
        left = _MARGIN_MM + indent * _INDENT_MM
        if mark:
            self._use("", size, _ACCENT)
            self.set_x(left - _INDENT_MM + 1)
            self.cell(_INDENT_MM - 1, height, mark)
        self.set_left_margin(left)
        self.set_x(left)
        for style, text in runs:
            self._use(style, size)
            self.write(height, text)
        self.set_left_margin(_MARGIN_MM)
        self.ln(height + (0.8 if mark else 2.2))

    def rows(self, lines: Sequence[tuple[str, str]], *, style: str = "") -> None:
        """Titles on the left and sums on the right, a hair line under each."""
        size, height = _BODY if not style else (12, 7)
        right = 48
        for title, amount in lines:
            if self.will_page_break(height * 2):
                self.add_page()
            top = self.get_y() + 1.6
            self._use(style, size)
            self.set_xy(self.w - _MARGIN_MM - right, top)
            self.cell(right, height, amount, align="R")
            self.set_xy(_MARGIN_MM, top)
            width = self.w - 2 * _MARGIN_MM - right - 2
            self.multi_cell(width, height, title, align="L", new_x="LMARGIN", new_y="NEXT")
            bottom = self.get_y() + 1.6
            self.set_draw_color(*_LINE)
            self.line(_MARGIN_MM, bottom, self.w - _MARGIN_MM, bottom)
            self.set_y(bottom)

    def note(self, text: str) -> None:
        self._use("", 9, _FAINT)
        self.multi_cell(0, 4.8, text, align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(1.5)


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="dz-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


_making = threading.Lock()


def _fonts() -> dict[str, Path]:
    """Roboto's regular and bold cuts as files, by style; made once a process, which takes a second or two."""
    with _making:
        return {style: _font(weight) for style, weight in (("", 400), ("B", 700))}


@cache
def _font(weight: int) -> Path:
    file = _folder() / f"{_FONT}-{weight}.ttf"
    variable = TTFont(fontpkg_roboto.ROOT / "files" / "Roboto[wdth,wght].ttf")
    instantiateVariableFont(variable, {"wght": weight, "wdth": 100}, inplace=True)
    variable.save(file)
    return file


def page_of(markdown: str, letterhead: Letterhead) -> bytes:
    """The document as PDF: headings, paragraphs, lists, bold, tables of two columns or more."""
    paper = _Paper(letterhead)
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    depth, marks = 0, list[str]()
    for place, token in enumerate(tokens):
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                depth += 1
            case "bullet_list_close" | "ordered_list_close":
                depth -= 1
                paper.ln(1.4 if not depth else 0)
            case "list_item_open":
                marks = [f"{token.info}." if token.info else "\N{BULLET}"]
            case "inline" if tokens[place - 1].tag in _HEADINGS:
                paper.title_line("".join(text for _, text in _runs(token)), tokens[place - 1].tag)
            case "inline" if tokens[place - 1].type == "paragraph_open":
                paper.paragraph(list(_runs(token)), indent=depth, mark=marks.pop() if marks else "")
            case "hr":
                paper.ln(3)
            case "table_open":
                paper.rows(list(_table_rows(tokens[place:])))
                paper.ln(2)
            case "fence" | "code_block" | "html_block":
                paper.paragraph([("", token.content.strip())], indent=depth)
    return bytes(paper.output())


def _runs(inline: Token) -> Iterator[tuple[str, str]]:
    bold = 0
    for child in inline.children or ():
        bold += (child.type == "strong_open") - (child.type == "strong_close")
        text = {"softbreak": " ", "hardbreak": "\n"}.get(child.type, child.content)
        if text and child.type != "image":
            yield "B" if bold else "", text


def _table_rows(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Each row with its last cell apart; the cells before it are joined."""
    cells: list[str] = []
    for place, token in enumerate(tokens):
        if token.type == "table_close":
            return
        if token.type == "inline" and tokens[place - 1].tag in ("td", "th"):
            cells.append("".join(text for _, text in _runs(token)))
        elif token.type == "tr_close":
            yield ", ".join(filter(None, cells[:-1])), cells[-1] if cells else ""
            cells = []


def sheet_of(sheet: SheetText, letterhead: Letterhead) -> bytes:
    """The cost sheet as PDF; every figure is the one that it is given."""
    paper = _Paper(letterhead)
    paper.title_line(sheet.heading)
    paper.paragraph([("B", sheet.subject)])
    paper.rows(sheet.lines)
    paper.ln(1)
    paper.rows([sheet.total], style="B")
    paper.ln(6)
    for note, _ in groupby(sheet.notes):
        paper.note(note)
    return bytes(paper.output())
