"""Charts as SVG: drawn by hand, so that a report needs no library and no network."""

from collections.abc import Mapping, Sequence
from html import escape

from bot.evaluation.measures import Measure

COLOURS = ("#2563a8", "#d97a1e", "#3f8f5b", "#8a4fa3", "#8c6d46", "#555f6b")
_LABEL_WIDTH, _BAR_WIDTH, _VALUE_WIDTH = 150, 430, 150
_BAR, _GAP = 14, 12


def bars(groups: Mapping[str, Sequence[Measure | None]], legend: Sequence[str]) -> str:
    """Horizontal bars of shares from 0 to 1 with whiskers; a group for each name, a bar for each run."""
    height = 24 + sum(len(group) * (_BAR + 2) + _GAP for group in groups.values())
    parts = [_grid(height)]
    top = 8
    for name, group in groups.items():
        middle = top + len(group) * (_BAR + 2) / 2 + 4
        parts.append(_text(_LABEL_WIDTH - 8, middle, name, anchor="end"))
        for number, measure in enumerate(group):
            if measure is not None and measure.value is not None:
                parts.append(_bar(top, measure, COLOURS[number % len(COLOURS)]))
            top += _BAR + 2
        top += _GAP
    width = _LABEL_WIDTH + _BAR_WIDTH + _VALUE_WIDTH
    return _svg(width, height, parts) + _legend(legend)


def _bar(top: float, measure: Measure, colour: str) -> str:
    value = measure.value or 0.0
    drawn = (
        f'<rect x="{_LABEL_WIDTH}" y="{top:.1f}" width="{max(1.0, value * _BAR_WIDTH):.1f}" height="{_BAR}" '
        f'rx="2" fill="{colour}"/>'
    )
    written = f"{value:.1%} · n={measure.n}"
    if measure.interval is not None:
        low, high = (_LABEL_WIDTH + bound * _BAR_WIDTH for bound in measure.interval)
        middle = top + _BAR / 2
        drawn += (
            f'<path d="M{low:.1f} {middle:.1f}H{high:.1f}M{low:.1f} {middle - 4:.1f}v8M{high:.1f} '
            f'{middle - 4:.1f}v8" stroke="#1b1f24" stroke-width="1.2" fill="none"/>'
        )
    return drawn + _text(_LABEL_WIDTH + _BAR_WIDTH + 10, top + _BAR - 3, written, size=11)


def _grid(height: float) -> str:
    lines = []
    for tenth in range(0, 11, 2):
        x = _LABEL_WIDTH + tenth / 10 * _BAR_WIDTH
        lines.append(f'<path d="M{x:.1f} 2V{height - 18:.1f}" stroke="#d8dde3" fill="none"/>')
        lines.append(_text(x, height - 4, f"{tenth * 10}%", size=10, anchor="middle"))
    return "".join(lines)


def waiting(seconds: Mapping[str, Sequence[float]], unit: str, *, limit_s: float = 10.0) -> str:
    """The share of answers that are there after so many seconds, a line for each run."""
    longest = max([*(max(values, default=0.0) for values in seconds.values()), 0.1]) * 1.05
    left, width, height = 50.0, 640.0, 220.0
    parts = []
    for quarter in range(5):
        y = 10 + height * (1 - quarter / 4)
        parts.append(f'<path d="M{left} {y:.1f}H{left + width}" stroke="#d8dde3" fill="none"/>')
        parts.append(_text(left - 6, y + 4, f"{quarter * 25}%", size=10, anchor="end"))
        x = left + width * quarter / 4
        parts.append(_text(x, height + 26, f"{longest * quarter / 4:.3g} {unit}", size=10, anchor="middle"))
    if limit_s < longest:
        x = left + width * limit_s / longest
        parts.append(f'<path d="M{x:.1f} 10v{height}" stroke="#b3261e" stroke-dasharray="4 3" fill="none"/>')
    for number, values in enumerate(seconds.values()):
        path = f"M{left} {10 + height:.1f}"
        for rank, value in enumerate(sorted(values), start=1):
            path += f"H{left + width * value / longest:.1f}V{10 + height * (1 - rank / len(values)):.1f}"
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<path d="{path}H{left + width}" stroke="{colour}" stroke-width="2" fill="none"/>')
    return _svg(left + width + 30, height + 34, parts) + _legend(list(seconds))


def _legend(names: Sequence[str]) -> str:
    entries = "".join(
        f'<span><i style="background:{COLOURS[number % len(COLOURS)]}"></i>{escape(name)}</span>'
        for number, name in enumerate(names)
    )
    return f'<p class="legend">{entries}</p>'


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img">{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, text: str, *, size: int = 12, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="#333b45">'
        f"{escape(text)}</text>"
    )
