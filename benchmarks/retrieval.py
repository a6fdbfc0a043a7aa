"""How well passages are found, on questions worded unlike them, and how sure the score is.

The questions were written from the legends, FAQ and articles for this alone (tests/fixtures/retrieval): some
that the knowledge answers, in other words and often in slang, and some on its subject that it does not.
"""

import csv
import dataclasses
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import report, say
from bot.domain import Hit, Passage, join_heading
from bot.knowledge.embedding import KeptVectors, open_sentence_encoder
from bot.knowledge.passage_index import PassageIndex
from bot.tenant import Tenant, load_tenant

TENANTS = ("mercedes", "insurance")
_ROOT = Path(__file__).parent.parent
_QUESTIONS = _ROOT / "tests" / "fixtures" / "retrieval"
_THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)
_HELD_OUT = 2
"""The wording of each FAQ entry that is taken out, and asked as a question."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    text: str
    expected: tuple[str, ...]
    """Parts of the paths of headings that answer it; none where nothing does."""

    def is_answered_by(self, hit: Hit) -> bool:
        place = join_heading(hit.passage).lower()
        return any(part in place for part in self.expected)


def questions(tenant: str) -> list[Question]:
    with (_QUESTIONS / f"{tenant}.csv").open(encoding="utf-8", newline="") as file:
        answered = [
            Question(text=row["question"], expected=tuple(row["expected"].split("|")))
            for row in csv.DictReader(file, delimiter=";")
        ]
    lines = (_QUESTIONS / f"{tenant}_unanswerable.csv").read_text("utf-8").splitlines()[1:]
    return answered + [Question(text=line, expected=()) for line in lines]


def measure(index: PassageIndex, asked: Sequence[Question]) -> dict[str, float]:
    """Recall and NDCG at 3 of the answerable; at each threshold of the score, whom it lets through."""
    found = [(question, index.search(question.text)) for question in asked]
    places = [_place(question, hits) for question, hits in found if question.expected]
    sure = [(question, hits[0].score if hits else 0.0, hits) for question, hits in found]
    figures = {
        "recall_at_1": sum(place == 1 for place in places) / len(places),
        "recall_at_3": sum(place > 0 for place in places) / len(places),
        "ndcg_at_3": sum(1 / math.log2(place + 1) for place in places if place) / len(places),
    }
    for threshold in _THRESHOLDS:
        unknown = [score < threshold for question, score, _ in sure if not question.expected]
        known = [score >= threshold for question, score, _ in sure if question.expected]
        figures[f"unanswerable_below_{threshold}"] = sum(unknown) / max(len(unknown), 1)
        figures[f"answerable_above_{threshold}"] = sum(known) / len(known)
    return figures


def _place(question: Question, hits: Sequence[Hit]) -> int:
    return next((place for place, hit in enumerate(hits, start=1) if question.is_answered_by(hit)), 0)


def held_out(tenant: Tenant) -> tuple[list[Passage], list[str]]:
    """The passages without one wording of each FAQ entry, and these wordings: as customers really ask."""
    passages, asked = [], []
    for passage in tenant.passages:
        if len(passage.questions) > _HELD_OUT:
            asked.append(passage.questions[_HELD_OUT])
            rest = passage.questions[:_HELD_OUT] + passage.questions[_HELD_OUT + 1 :]
            passages.append(dataclasses.replace(passage, questions=rest))
        else:
            passages.append(passage)
    return passages, asked


def main() -> None:
    encoder = open_sentence_encoder()
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in TENANTS:
            tenant = load_tenant(_ROOT / "tenants" / name)
            kept = KeptVectors(encoder, Path(folder) / name) if encoder is not None else None
            for way, embedder in (("words", None), ("joined", kept)):
                index = PassageIndex(tenant.passages, tenant.lexicon, embedder=embedder)
                found = measure(index, questions(name))
                say(f"{name}, {way}: {found}")
                figures |= {f"{name}_{way}_{key}": value for key, value in found.items()}
            passages, asked = held_out(tenant)
            index = PassageIndex(passages, tenant.lexicon, embedder=kept)
            hits = [index.search(text, 1) for text in asked]
            above = sum(bool(hit) and hit[0].score >= 0.5 for hit in hits) / len(hits)
            figures[f"{name}_held_out_wordings_above_0.5"] = above
    report(figures)


if __name__ == "__main__":
    main()
