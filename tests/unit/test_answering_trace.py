"""What the log keeps of an answer, and what is the same in every prompt."""

from tests.assistants import BREAD, SpokenModel, ask, assistant_of


async def test_the_trace_holds_what_a_replay_needs() -> None:
    answer = await assistant_of(SpokenModel("Хлеб в 9:00.")).answer(ask(BREAD, "Есть ли ржаной?"))
    trace = answer.trace
    assert trace["sampling"] == {"temperature": 0.0, "top_p": 1.0, "seed": 7, "max_tokens": 400}
    assert trace["passages"][0][0].startswith("faq/")
    assert trace["attempts"][0] | {"ms": 0} == {"model": "spoken", "error": "", "ms": 0}
    assert len(trace["prompt"]) == 12
    assert len(trace["knowledge"]) == 12
    assert trace["recalled"] == {"remarks": 2, "summary": ""}
    assert trace["language"] == "ru"


async def test_the_static_beginning_of_the_prompt_is_the_same_for_every_question() -> None:
    model = SpokenModel("Ждём вас.")
    assistant = assistant_of(model)
    for question in (BREAD, "Как заказать пирог?"):
        await assistant.answer(ask(question))
    first, second = model.asked
    assert first.messages[:1] == second.messages[:1]
