"""Questions that customers word in their own way, on the real tenants with the real sentence encoder."""

from pathlib import Path

import pytest

from benchmarks.retrieval import TENANTS, measure, questions
from bot.knowledge.embedding import KeptVectors, open_sentence_encoder
from bot.knowledge.passage_index import PassageIndex
from bot.tenant import load_tenant

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vectors")


@pytest.mark.parametrize("name", TENANTS)
def test_paraphrased_questions_find_their_passage(vectors: Path, name: str) -> None:
    encoder = open_sentence_encoder()
    if encoder is None:
        pytest.skip("the sentence encoder is not installed")
    tenant = load_tenant(ROOT / "tenants" / name)
    embedder = KeptVectors(encoder, vectors / name)
    figures = measure(PassageIndex(tenant.passages, tenant.lexicon, embedder=embedder), questions(name))
    assert figures["recall_at_3"] >= 0.95
    assert figures["unanswerable_below_0.5"] >= 0.78
    assert figures["answerable_above_0.5"] >= 0.76


@pytest.mark.parametrize("name", TENANTS)
def test_without_the_encoder_words_alone_still_find_most(name: str) -> None:
    tenant = load_tenant(ROOT / "tenants" / name)
    figures = measure(PassageIndex(tenant.passages, tenant.lexicon), questions(name))
    assert figures["recall_at_3"] >= 0.86
    assert figures["unanswerable_below_0.5"] >= 0.75
    assert figures["answerable_above_0.5"] >= 0.65
