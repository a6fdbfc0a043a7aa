"""Two answers of the table as one."""

from dataclasses import replace

from bot.findings import Finding
from bot.stock.before import Before, focus_of
from bot.stock.query import StockQuery


def together(first: Finding, second: Finding) -> Finding:
    """One finding that is as sure as the less sure of the two; the moment of the data is told once."""
    lines, last = first.text.split("\n"), second.text.rsplit("\n", 1)[-1]
    text = "\n".join(lines[:-1] if lines[-1] == last else lines).rstrip()
    shown = tuple(dict.fromkeys((*first.focus["shown"], *second.focus["shown"])))
    traces = first.trace, second.trace
    joined = {name: [*traces[0][name], *traces[1][name]] for name in ("counts", "read", "unread")}
    return replace(
        second,
        text=f"{text}\n\n{second.text}",
        certainty=min(first.certainty, second.certainty),
        facts=tuple(dict.fromkeys((*first.facts, *second.facts))),
        # what follows is of the rows shown, whichever question found them
        focus=focus_of(Before(query=StockQuery(keys=shown), shown=shown, listed=shown)),
        trace={**second.trace, **joined, "queries": [trace["query"] for trace in traces]},
        is_empty=first.is_empty and second.is_empty,
    )
