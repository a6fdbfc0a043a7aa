"""Small dealings with text that the rest of the room shares."""

import re

_LONGEST_PIECE = 1200
WORDING = "? "
"""What begins a line that is a question as people ask it."""


def split_wordings(body: str) -> tuple[tuple[str, ...], str]:
    """The lines ``? a question as people ask it`` at the beginning of a text, and the text itself."""
    lines = body.split("\n")
    count = 0
    while count < len(lines) and (lines[count].startswith(WORDING) or not lines[count].strip()):
        count += 1
    wordings = (line.removeprefix(WORDING).strip() for line in lines[:count])
    return tuple(wording for wording in wordings if wording), "\n".join(lines[count:]).strip()


def asked_of(heading: tuple[str, ...], wordings: tuple[str, ...]) -> tuple[str, ...]:
    """What a passage is asked by: its heading and the wordings; empty where there are none."""
    return (" ".join(heading), *wordings) if wordings else ()


def fold(text: str) -> str:
    """The text without case, punctuation and the dots of ё: for telling whether two are the same."""
    return re.sub(r"[\W_]+", " ", text.casefold().replace("ё", "е")).strip()


def slug(text: str) -> str:
    return fold(text).replace(" ", "-")


def pieces(text: str, longest: int = _LONGEST_PIECE) -> tuple[str, ...]:
    """Cut a long text between paragraphs; a single paragraph stays whole, however long."""
    cut: list[str] = []
    for paragraph in re.split(r"\s*\n\s*\n", text.strip()):
        if cut and len(cut[-1]) + len(paragraph) + 2 <= longest:
            cut[-1] = f"{cut[-1]}\n\n{paragraph}"
        else:
            cut.append(paragraph)
    return tuple(cut)
