"""The figures themselves: by hand-computed examples, and by answers whose measures are known beforehand."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from sacrebleu.metrics.bleu import BLEU

from bot.domain import Outcome, Passage, Usage
from bot.evaluation.intervals import interval
from bot.evaluation.measures import as_json, measure
from bot.evaluation.perturbing import WAYS, other_case, other_commas, typo
from bot.evaluation.retrieval import compare
from bot.evaluation.running import Run, Shaken, paraphrases
from bot.evaluation.similarity import Pair, bleu, brevity_coefficient, owner_bleu, sacre_scores
from bot.tenant import GoldenKind
from tests.evaluating import examined, golden, said


def test_bleu_of_a_hand_computed_example() -> None:
    # 6 words; of the n-grams in common 5/6, 3/5, 1/4, 0/3: one zero and nothing is smoothed.
    said_words = ["the", "cat", "sat", "on", "the", "mat"]
    assert bleu(said_words, [["the", "cat", "is", "on", "the", "mat"]], th=6) == 0
    # 5/7, 4/6, 3/5, 2/4 and 7 words of 7.
    found = bleu(["a", "b", "c", "d", "e", "x", "y"], [["a", "b", "c", "d", "e", "f", "g"]], th=7)
    assert found == pytest.approx((5 / 7 * 4 / 6 * 3 / 5 * 2 / 4) ** 0.25)


def test_a_repeated_word_counts_as_often_as_the_reference_has_it() -> None:
    assert bleu(["the"] * 3, [["the", "cat"]], th=1) == 0
    assert bleu(["the"], [["the", "cat"]], th=1) == 1


def test_the_best_of_several_references_clips() -> None:
    assert bleu(["a", "b"], [["a", "c"], ["a", "b"]], th=2) == 1


def test_the_owners_coefficient_compares_with_the_mean_length_of_all_references() -> None:
    assert brevity_coefficient(6, 5) == 1
    assert brevity_coefficient(5, 5) == 1
    assert brevity_coefficient(4, 5) == pytest.approx(math.exp(1 - 5 / 4))
    # th = (4 + 8) / 2 = 6: an answer that is its own reference of 4 words is still held to 6.
    pairs = [
        Pair(answer="а б в г", references=("а б в г",)),
        Pair(answer="", references=("а б в г д е ж з",)),
    ]
    assert owner_bleu(pairs) == pytest.approx([100 * math.exp(1 - 6 / 4), 0])


def test_with_the_usual_coefficient_it_is_sacrebleus() -> None:
    answer, reference = (
        "мы работаем каждый день с девяти до семи",
        "мы работаем каждый день с девяти до восьми",
    )
    theirs = BLEU(smooth_method="none", effective_order=True).sentence_score(answer, [reference]).score
    assert 100 * bleu(answer.split(), [reference.split()], th=8) == pytest.approx(theirs)


def test_sacrebleu_takes_any_number_of_references() -> None:
    pairs = [
        Pair(answer="да каждый день в девять", references=("нет", "да каждый день в девять")),
        Pair(answer="два раза в день и ещё раз", references=("два раза в день и ещё раз",)),
    ]
    assert sacre_scores(pairs) == pytest.approx((100, 100))
    assert sacre_scores([]) is None


def test_the_interval_covers_the_true_share_about_as_often_as_it_says() -> None:
    draw = np.random.default_rng(1)
    covered = 0
    for _ in range(200):
        bounds = interval(list(draw.binomial(1, 0.7, size=80)), resamples=400)
        assert bounds is not None
        covered += bounds[0] <= 0.7 <= bounds[1]
    assert 0.9 <= covered / 200 <= 0.99


def test_the_interval_is_the_same_every_time_and_needs_two_questions() -> None:
    assert interval([0, 1, 1, 0, 1]) == interval([0, 1, 1, 0, 1])
    assert interval([1]) is None
    assert interval([1, 1, 1]) == (1, 1)


def test_retrieval_of_a_hand_computed_example() -> None:
    def passage(heading: str) -> Passage:
        return Passage(passage_id=heading, document="FAQ", heading=("Хлеб", heading), text="")

    found = compare(["Ржаной", "хлеб > белый"], [passage(name) for name in ("Чёрный", "Белый", "Ржаной")])
    assert (found.precision(1), found.recall(1), found.ndcg(1)) == (0, 0, 0)
    assert found.precision(3) == pytest.approx(2 / 3)
    assert found.recall(3) == 1
    ideal = 1 + 1 / math.log2(3)
    assert found.ndcg(3) == pytest.approx((1 / math.log2(3) + 1 / 2) / ideal)
    assert compare(["FAQ"], [passage("Белый")] * 2).ndcg(3) == 1
    assert compare(["FAQ"], []).recall(3) == 0
    assert compare(["Ржаной"], [passage("Чёрный")], equal={"Чёрный"}).recall(1) == 1


REFUSE, FACT = golden(GoldenKind.REFUSE), golden(must_include=["9:00"])


def test_refusals_by_precision_and_recall() -> None:
    refused = said("Нельзя.", Outcome.REFUSED)
    run = Run(
        name="m",
        examined=[
            examined(REFUSE, refused),
            examined(REFUSE, refused),
            examined(REFUSE, said("Иванов.")),
            examined(FACT, refused),
            examined(FACT, said("В 9:00.")),
        ],
    )
    found = measure(run)
    assert found["refusal_precision"].value == pytest.approx(2 / 3)
    assert found["refusal_recall"].value == pytest.approx(2 / 3)
    assert found["innocent_refused"].value == 0.5


def test_table_answers_by_accuracy_and_rmse() -> None:
    run = Run(
        name="m",
        examined=[
            examined(golden(GoldenKind.STOCK, value=100.0), said("103 рубля")),
            examined(golden(GoldenKind.COMPUTE, value=200.0), said("204 рубля")),
            examined(golden(GoldenKind.STOCK, value=5.0), said("Не скажу.")),
        ],
    )
    found = measure(run)
    assert found["rmse"].value == pytest.approx(math.sqrt((9 + 16 + 25) / 3))
    assert found["rmse_relative"].value == pytest.approx(math.sqrt((0.03**2 + 0.02**2 + 1) / 3))
    assert found["table_accuracy"].value == 0


def test_claims_waiting_and_spending_are_summed_up() -> None:
    spent = said("В 9:00.", usage=Usage(prompt_tokens=10, completion_tokens=3, cost=0.5))
    run = Run(
        name="m",
        examined=[examined(FACT, spent, "figure 7", "phone 1", seconds=second) for second in (1.0, 3.0)],
    )
    found = as_json(measure(run))
    assert (found["unsupported_claims"], found["unsupported_claim_rate"]) == (4, 1)
    assert (found["p50_s"], found["prompt_tokens"], found["completion_tokens"], found["cost"]) == (
        2,
        20,
        6,
        1,
    )
    assert found["kinds"] == {"fact": {"accuracy": 1, "n": 2}}


def test_what_was_not_asked_is_not_measured() -> None:
    found = as_json(measure(Run(name="m", examined=[examined(FACT, said("В 9:00."))])))
    assert found["rmse"] is None
    assert found["recall_at_3"] is None
    assert found["refusal_precision"] is None
    assert found["bleu"] is None


def test_stability_counts_what_came_out_the_same() -> None:
    run = Run(name="m", examined=[examined(FACT, said("В 9:00."))])
    run.shaken = [Shaken(way="typos", is_same=True), Shaken(way="case", is_same=False)]
    found = as_json(measure(run))
    assert found["stability"] == 0.5
    assert (found["stable"]["typos"]["share"], found["stable"]["case"]["share"]) == (1, 0)
    assert found["stable"]["paraphrase"] == {"share": None, "n": 0}


def test_rows_that_expect_the_same_are_paraphrases() -> None:
    first = golden(question="когда", must_include=["9:00"], sources=("Хлеб",))
    second = replace(first, question="во сколько")
    other = golden(question="почём", must_include=["30"], sources=("Хлеб",))
    named = golden(question="час?", paraphrase_of="q1", question_id="q2")
    origin = golden(question="когда?", question_id="q1")
    right, wrong = said("9:00"), said("8:00")
    assert paraphrases([examined(first, right), examined(other, right)]) == []
    assert paraphrases([examined(first, right), examined(second, wrong)])[0].is_same is False
    assert paraphrases([examined(origin, right), examined(named, right)])[0].is_same is True


@pytest.mark.parametrize(
    "text", ["Когда привезут свежий хлеб, скажите?", "хлеб есть", "GLC 300 в наличии?", "a"]
)
def test_a_question_asked_otherwise_stays_the_same_question(text: str) -> None:
    for way, change in WAYS.items():
        changed = change(text, random.Random(3))
        assert change(text, random.Random(3)) == changed, way
        assert {sign for sign in changed if sign.isdigit()} == {sign for sign in text if sign.isdigit()}


def test_each_way_of_asking_changes_what_it_says() -> None:
    text, draw = "Когда привезут свежий хлеб, скажите?", random.Random(3)
    assert abs(len(typo(text, draw)) - len(text)) <= 1
    assert typo(text, draw) != text
    assert other_commas(text, draw) == "Когда привезут свежий хлеб скажите"
    assert other_commas("хлеб есть", draw) == "хлеб, есть??"
    assert other_case(text, draw).lower() == text.lower()
