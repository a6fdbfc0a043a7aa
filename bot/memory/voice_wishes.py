"""Who wants answers spoken, and who does not."""

from redis.asyncio import Redis

_KEPT_S = 365 * 24 * 3600


class VoiceWishes:
    """One string `<prefix>:voice_out:<person>` for each who has said so: `on` or `off`, and the update."""

    def __init__(self, redis: Redis, *, prefix: str = "dz") -> None:
        self._redis = redis
        self._prefix = prefix

    async def wish(self, person_key: str) -> bool | None:
        """None: nothing was ever said."""
        state, _ = await self._read(person_key)
        return state == "on" if state else None

    async def toggle(self, person_key: str, update_id: str) -> bool:
        """What is wished from now on. The same update asks for the same thing however often it is served."""
        state, told_by = await self._read(person_key)
        wanted = state == "on" if told_by == update_id else state != "on"
        await self._redis.set(self._key(person_key), f"{'on' if wanted else 'off'} {update_id}", ex=_KEPT_S)
        return wanted

    async def _read(self, person_key: str) -> tuple[str, str]:
        found = await self._redis.get(self._key(person_key)) or b""
        state, _, told_by = (found if isinstance(found, str) else found.decode()).partition(" ")
        return state, told_by

    def _key(self, person_key: str) -> str:
        return f"{self._prefix}:voice_out:{person_key}"
