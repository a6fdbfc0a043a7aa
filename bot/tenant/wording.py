"""Small dealings with text that the rest of the room shares."""

import re

_LONGEST_PIECE = 1200


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
