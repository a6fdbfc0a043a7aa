"""How fast the knowledge is: passages found, the stock table asked, a message guarded.

Each size runs in a process of its own, so that its memory is its own. The texts are made: words of a
tenant's documents in the proportions of a language (Zipf), each passage about something of its own. Vectors
of as many dimensions as the sentence encoder's stand in for it at 200,000; its own time is a figure apart.
"""

import argparse
import gc
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measuring import MB, percentile, report, say
from bot.domain import Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TENANT = Path("tenants/mercedes")
_SIZES = {"10k": 10_000, "200k": 200_000}
_QUESTIONS = 400
_GUARDS, _STOCK = "guards", "stock"
_PARTS = (*_SIZES, _GUARDS, _STOCK)


class _Directions:
    """Vectors that are drawn by the text: as good as any where only time and memory are asked."""

    name = "directions"

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        import zlib

        import numpy as np

        found = np.empty((len(texts), 512), dtype=np.float32)
        for place, text in enumerate(texts):
            chance = np.random.Generator(np.random.SFC64(zlib.crc32(text.encode())))
            found[place] = chance.standard_normal(512, dtype=np.float32)
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        return found


def _made_passages(count: int, words: Sequence[str]) -> Iterator[Passage]:
    chance = random.Random(7)
    weights = [1 / (rank + 3) for rank in range(len(words))]
    for number in range(count):
        said = chance.choices(words, weights, k=45)
        own = f"{chance.choice(words)}{number % 5_000}"
        heading = f"{said[0]} {own} {said[1]}"
        yield Passage(
            passage_id=f"made/{number}",
            document="made",
            heading=(heading,),
            text=f"{heading}. " + " ".join(said),
            questions=(f"{said[2]} {own} {said[3]}",) if number % 3 == 0 else (),
        )


def measure_index(size: int) -> dict[str, float]:
    """In this process. With the real encoder at 10,000, in the sizes of its 3 ms a text."""
    import psutil

    from bot.knowledge.embedding import KeptVectors, open_sentence_encoder
    from bot.knowledge.passage_index import PassageIndex
    from bot.tenant import load_tenant

    tenant = load_tenant(_TENANT)
    words = _words([passage.text for passage in tenant.passages])
    passages = list(_made_passages(size, words))
    encoder = open_sentence_encoder() if size <= _SIZES["10k"] else None
    process = psutil.Process()
    gc.collect()
    before = process.memory_info().rss
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        index = PassageIndex(
            passages, tenant.lexicon, embedder=KeptVectors(encoder or _Directions(), Path(folder))
        )
        built_s = time.perf_counter() - started
        gc.collect()
        memory_mb = (process.memory_info().rss - before) / MB
        gc.freeze()
        asked = _questions(passages, words)
        encoded_ms, found_ms = [], []
        for question in asked:
            started = time.perf_counter()
            index.prepare(question)
            between = time.perf_counter()
            index.search(question)
            encoded_ms.append((between - started) * 1e3)
            found_ms.append((time.perf_counter() - between) * 1e3)
    return {
        "p99_ms": percentile(found_ms, 0.99),
        "p50_ms": percentile(found_ms, 0.5),
        "prepare_p99_ms": percentile(encoded_ms, 0.99),
        "build_s": built_s,
        "memory_mb": memory_mb,
    }


def _words(texts: Sequence[str]) -> list[str]:
    import re
    from collections import Counter

    counts = Counter(word for text in texts for word in re.findall(r"[а-яё]{3,}", text.lower()))
    return [word for word, _ in counts.most_common()]


def _questions(passages: Sequence[Passage], words: Sequence[str]) -> list[str]:
    """Half of them about a passage, half in the commonest words, which are the dearest to look up."""
    chance = random.Random(11)
    asked = []
    for number in range(_QUESTIONS):
        if number % 2:
            asked.append(f"подскажите {chance.choice(passages).heading[0]} пожалуйста")
        else:
            asked.append(" ".join(chance.choices(words[:60], k=chance.randint(3, 10))))
    return asked


def _in_own_process(part: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.knowledge", "--part", part], stdout=subprocess.PIPE, check=True
    )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def measure() -> dict[str, float]:
    figures: dict[str, float] = {}
    for name in _PARTS:
        found = _in_own_process(name)
        say(f"{name}: {found}")
        figures |= {f"{key}_{name}": value for key, value in found.items()} if name in _SIZES else found
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.knowledge", description=__doc__)
    parser.add_argument("--part", choices=_PARTS, help="one part, in this process")
    options = parser.parse_args()
    report(measure() if options.part is None else _measure_part(options.part))


def _measure_part(part: str) -> dict[str, float]:
    if part == _GUARDS:
        from benchmarks.knowledge_guards import guards_p99_ms

        return {"guards_p99_ms": guards_p99_ms()}
    if part == _STOCK:
        from benchmarks.knowledge_stock import stock_p99_ms_100k

        return stock_p99_ms_100k()
    return measure_index(_SIZES[part])


if __name__ == "__main__":
    main()
