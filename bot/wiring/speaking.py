"""What speaks to one tenant's customers."""

from importlib.util import find_spec

import structlog
from redis.asyncio import Redis

from bot.dialogue.speaking import Speaking, Voice
from bot.errors import SettingsError
from bot.memory.voice_wishes import VoiceWishes
from bot.settings import Settings
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.voice.speaking.speaker import Speaker
from bot.voice.speaking.wording import Wording
from bot.wiring.voice import spoken_names

log = structlog.get_logger()

_PACKAGES = ("av", "num2words", "pydub")


def build_speaking(settings: Settings, tenant: Tenant, texts: Texts, redis: Redis) -> Speaking:
    """What the tenant wants and this machine cannot do is logged, and done without: answers can be read.

    Raises SettingsError for a setting that names nothing usable.
    """
    wishes = VoiceWishes(redis)
    if tenant.voice_out == "off":
        return Speaking(wishes=wishes, texts=texts)
    try:
        speaker = build_speaker(settings)
    except SettingsError as error:
        if settings.voice.festival is not None:
            raise
        log.warning("answers_not_spoken", reason=str(error))
        return Speaking(wishes=wishes, texts=texts)
    wording = Wording(texts, spoken_names(tenant), characters=settings.voice.spoken_characters)
    voice = Voice(speaker=speaker, wording=wording, answers_voice=tenant.voice_out == "voice_for_voice")
    return Speaking(wishes=wishes, texts=texts, voice=voice)


def build_speaker(settings: Settings) -> Speaker:
    """Raises SettingsError with what to install."""
    missing = next((package for package in _PACKAGES if find_spec(package) is None), None)
    if missing is not None:
        raise SettingsError(f"{missing} is missing; install it with: pip install 'dezhurny[voice]'")
    voice = settings.voice
    match voice.speaker:
        case "festival":
            from bot.voice.speaking.festival import FestivalSpeaker, find_festival

            cache = settings.local.cache_home.expanduser() / "dezhurny"
            return FestivalSpeaker(find_festival(voice.festival, cache), deadline_s=voice.speech_deadline_s)
        case "openai":
            from bot.voice.speaking.openai_speech import OpenAISpeaker

            own_server = voice.speech_base_url is not None
            return OpenAISpeaker(
                base_url=voice.speech_base_url or settings.openai.base_url,
                api_key=voice.speech_api_key
                if own_server or voice.speech_api_key
                else settings.openai.api_key,
                model=voice.speech_model,
                voice=voice.speech_voice,
                deadline_s=voice.speech_deadline_s,
            )
