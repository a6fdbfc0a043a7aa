"""`python -m bot keys new|rotate`: the keys that seal phones in the database."""

from bot.settings import Settings
from bot.store.resealing import reseal
from bot.store.sealing import key_file, new_key
from bot.wiring.sealing import build_sealer
from bot.wiring.stock import opened_engine

_SHOWN = 10


def new() -> int:
    """Print a key, and nothing else, so that it can be piped."""
    print(new_key())
    return 0


def rotate(settings: Settings) -> int:
    """Seal everything anew with the first key. Exit status 1 if something opens with none of the keys."""
    sealer = build_sealer(settings)
    with opened_engine(settings) as engine:
        done = reseal(engine, sealer)
    print(f"{done.moved} sealed with the first key now, {done.kept} were already")
    if not done.broken:
        return 0
    source = "DATA_KEYS" if settings.data_keys is not None else key_file(settings.data_dir)
    print(f"{len(done.broken)} open with no key of {source}; put the key that sealed them back, last:")
    for place in done.broken[:_SHOWN]:
        print(f"  {place}")
    return 1
