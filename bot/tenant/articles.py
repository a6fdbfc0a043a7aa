"""The articles of a tenant: documents about its subject, cut into passages at headings and paragraphs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from bot.domain import Audience, Passage
from bot.errors import Problem, TenantError
from bot.tenant.documents import Document, read_docx, read_html, read_pdf
from bot.tenant.source import headings_in, read_table, read_text, read_yaml_text
from bot.tenant.wording import asked_of, pieces, slug, split_wordings

FOLDER = "articles"
_STAFF_FOLDER = "staff"
_FENCE = "---"
_DEEPEST = 3
_OK = "ok"
_TITLES = ("question", "title", "heading")
_TEXTS = ("answer", "text", "context")


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleSection:
    """Text under a path of headings. `line` counts from 1; None where the document has no lines."""

    heading: tuple[str, ...]
    text: str
    line: int | None = None
    source: str = ""
    """Of this section alone: the address of a row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """One document. `file` is its path under the folder of articles, without the ending."""

    file: str
    title: str
    sections: tuple[ArticleSection, ...]
    source: str = ""
    date: str = ""
    audience: Audience = Audience.CUSTOMER

    @property
    def passages(self) -> Iterator[Passage]:
        """Ids change only when the file's name or a heading does."""
        taken: dict[str, int] = {}
        for section in self.sections:
            place = "/".join((FOLDER, *map(slug, (*Path(self.file).parts, *section.heading))))
            wordings, whole = split_wordings(section.text)
            for text in pieces(whole):
                taken[place] = taken.get(place, 0) + 1
                yield Passage(
                    passage_id=place + (f"#{taken[place]}" if taken[place] > 1 else ""),
                    document=self.title,
                    heading=section.heading,
                    text=text,
                    questions=asked_of(section.heading or (self.title,), wordings),
                    source=section.source or self.source,
                    date=self.date,
                    audience=self.audience,
                )


@dataclass(frozen=True, kw_only=True, slots=True)
class Articles:
    """The documents that could be read, and why the others could not."""

    read: tuple[Article, ...] = ()
    problems: tuple[Problem, ...] = ()


class _FrontMatter(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    title: str = ""
    source: str = ""
    date: str = ""
    audience: Audience | None = None


def read_articles(folder: Path) -> Articles:
    """Every document under a folder, also in folders of it; what lies in ``staff`` is for staff alone.

    A document that cannot be read does not keep the others from being read.
    """
    articles: list[Article] = []
    problems: list[Problem] = []
    for path in article_files(folder):
        reader = _READERS.get(path.suffix.lower())
        try:
            if reader is None:
                message = f"documents end in {', '.join(_READERS)}"
                raise TenantError([Problem(file=path, line=None, message=message)])
            articles.append(reader(path, path.relative_to(folder)))
        except TenantError as error:
            problems += error.problems
    return Articles(read=tuple(articles), problems=tuple(problems))


def article_files(folder: Path) -> list[Path]:
    """The files under a folder of articles but hidden ones, in order."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(
        path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _read_markdown(path: Path, place: Path) -> Article:
    text = read_text(path)
    facts = _FrontMatter()
    lines = text.split("\n")
    if lines[0].strip() == _FENCE and _FENCE in (ends := [line.strip() for line in lines[1:]]):
        end = ends.index(_FENCE) + 1
        facts = read_yaml_text(path, "\n".join(["", *lines[1:end]]), TypeAdapter(_FrontMatter))[0]
        lines[: end + 1] = [""] * (end + 1)
    headings = headings_in("\n".join(lines))
    before = "\n".join(lines[: headings[0].line - 1] if headings else lines).strip()
    title = facts.title or next((heading.title for heading in headings if heading.level == 1), "")
    sections = [ArticleSection(heading=(), text=before, line=1)] if before else []
    marked = ((heading.level, heading.title, heading.body, heading.line) for heading in headings)
    sections += _sections(marked)
    return _article(
        path, place, sections, {"title": title, "source": facts.source, "date": facts.date}, facts.audience
    )


def _sections(marked: Iterable[tuple[int, str, str, int | None]]) -> Iterator[ArticleSection]:
    """From headings with their level, title, text and line: the first level is the document's own title."""
    path: dict[int, str] = {}
    for level, title, body, line in marked:
        path = {upper: name for upper, name in path.items() if upper < level}
        if level > 1:
            path[level] = title
        if body:
            yield ArticleSection(heading=tuple(path.values())[:_DEEPEST], text=body, line=line)


def _from_document(reader: Callable[[Path], Document]) -> Callable[[Path, Path], Article]:
    def read(path: Path, place: Path) -> Article:
        document = reader(path)
        marked: list[tuple[int, str, list[str]]] = [(1, "", [])]
        for block in document.blocks:
            if block.level:
                marked.append((block.level, block.text, []))
            else:
                marked[-1][2].append(block.text)
        facts = dict(document.facts)
        facts["title"] = facts.get("title") or next((title for level, title, _ in marked if title), "")
        told = facts.get("audience", "")
        if told not in ("", *Audience):
            message = f'audience: "{told}" must be {" or ".join(Audience)}'
            raise TenantError([Problem(file=path, line=None, message=message)])
        sections = _sections((level, title, "\n\n".join(texts), None) for level, title, texts in marked)
        return _article(path, place, list(sections), facts, Audience(told) if told else None)

    return read


def _read_csv(path: Path, place: Path) -> Article:
    """A table of questions with answers, titles with texts, or collected pages (url, context, status)."""
    header, rows = read_table(path)
    columns = {name.strip().lower(): number for number, name in enumerate(header)}
    text = next((columns[name] for name in _TEXTS if name in columns), None)
    title = next((columns[name] for name in _TITLES if name in columns), columns.get("url"))
    if text is None or title is None:
        message = f"a column of {', '.join(_TITLES)} or url is needed, and one of {', '.join(_TEXTS)}"
        raise TenantError([Problem(file=path, line=1, message=message)])
    status, url = columns.get("status"), columns.get("url")
    sections = [
        ArticleSection(
            heading=(_title_of(cells[title]),) if cells[title] else (),
            text=cells[text],
            line=line,
            source=cells[url] if url is not None else "",
        )
        for line, cells in rows
        if cells[text] and (status is None or cells[status].lower() in (_OK, ""))
    ]
    return _article(path, place, sections, {}, None)


def _title_of(cell: str) -> str:
    """A cell as a heading: of an address the page's name."""
    if "://" not in cell:
        return cell
    from urllib.parse import unquote

    return unquote(cell.rstrip("/").rsplit("/", 1)[-1]).replace("_", " ")


def _article(
    path: Path,
    place: Path,
    sections: list[ArticleSection],
    facts: Mapping[str, str],
    audience: Audience | None,
) -> Article:
    if not sections:
        raise TenantError([Problem(file=path, line=1, message="there is no text in it")])
    is_staff = _STAFF_FOLDER in place.parent.parts
    return Article(
        file=str(place.with_suffix("")),
        title=facts.get("title") or place.stem,
        sections=tuple(sections),
        source=facts.get("source", ""),
        date=facts.get("date", ""),
        audience=Audience.STAFF if is_staff else audience or Audience.CUSTOMER,
    )


_READERS: Mapping[str, Callable[[Path, Path], Article]] = {
    ".md": _read_markdown,
    ".csv": _read_csv,
    ".html": _from_document(read_html),
    ".htm": _from_document(read_html),
    ".pdf": _from_document(read_pdf),
    ".docx": _from_document(read_docx),
}
