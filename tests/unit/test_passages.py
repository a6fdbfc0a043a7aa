"""How passages are called: no button or line may be without words."""

import pytest

from bot.domain import Passage


@pytest.mark.parametrize(
    ("heading", "questions", "title"),
    [
        (("Доставка", "По городу"), ("сколько везёте",), "По городу"),
        ((), ("Сколько стоит?",), "Сколько стоит?"),
        ((), ("", "чем вы занимаетесь"), "Пекарня"),
        ((), (), "Пекарня"),
    ],
)
def test_a_passage_is_called_by_what_people_may_read(
    heading: tuple[str, ...], questions: tuple[str, ...], title: str
) -> None:
    passage = Passage(passage_id="p", document="Пекарня", heading=heading, text="Печём.", questions=questions)
    assert passage.title == title
