"""The keys that seal personal data at rest."""

from bot.settings import Settings
from bot.store.sealing import Sealer, keys_in_file


def build_sealer(settings: Settings) -> Sealer:
    """With the keys of DATA_KEYS, else with the one in `data_dir`, made if need be. Raises SettingsError."""
    if settings.data_keys is None:
        return Sealer(keys_in_file(settings.data_dir))
    return Sealer([key.strip() for key in settings.data_keys.get_secret_value().split(",")])
