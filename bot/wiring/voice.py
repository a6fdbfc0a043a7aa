"""What hears one tenant's customers."""

from collections.abc import Mapping, Sequence

from bot.embedded.progress import Report
from bot.embedded.speech_model import locate_speech_model
from bot.settings import Settings
from bot.tenant import Tenant
from bot.voice.confidence import Thresholds
from bot.voice.decoding import Decoder, DecodingLimits
from bot.voice.hotwords import hotword_phrase
from bot.voice.listening import Listener
from bot.voice.normalising import Normaliser
from bot.voice.transcriber import Hints, Transcriber


def build_listener(settings: Settings, tenant: Tenant, report: Report) -> Listener:
    """Its model is fetched here if it has to be, and loaded by the first recording.

    Raises SettingsError and ServiceError, as `locate_speech_model` does.
    """
    voice = settings.voice
    names = spoken_names(tenant)
    return Listener(
        decoder=Decoder(
            DecodingLimits(max_seconds=voice.max_seconds, max_bytes=int(voice.max_megabytes * 1_000_000)),
            deadline_s=min(voice.deadline_s, max(30.0, voice.max_seconds / 20)),
        ),
        transcriber=build_transcriber(settings, report),
        normaliser=Normaliser(names),
        thresholds=Thresholds(
            answer_logprob=voice.answer_logprob,
            repeat_logprob=voice.repeat_logprob,
            no_speech=voice.no_speech,
            compression=voice.compression,
        ),
        hints=Hints(languages=spoken_languages(settings, tenant), hotwords=hotword_phrase(names)),
    )


def build_transcriber(settings: Settings, report: Report) -> Transcriber:
    """Each adapter's package is imported only where it is the chosen one."""
    voice = settings.voice
    match voice.transcriber:
        case "faster-whisper":
            from bot.voice.faster_whisper import faster_whisper

            folder = locate_speech_model(settings, report)
            return faster_whisper(folder, threads=voice.threads, deadline_s=voice.deadline_s)
        case "openai":
            from bot.voice.openai_endpoint import OpenAITranscriber

            own_server = voice.base_url is not None
            return OpenAITranscriber(
                base_url=voice.base_url or settings.openai.base_url,
                api_key=voice.api_key if own_server or voice.api_key else settings.openai.api_key,
                model=voice.model,
                deadline_s=voice.deadline_s,
            )
        case "openai-whisper":
            from bot.voice.openai_whisper import openai_whisper

            return openai_whisper(model=voice.model, threads=voice.threads, deadline_s=voice.deadline_s)


def spoken_languages(settings: Settings, tenant: Tenant) -> tuple[str, ...]:
    """Among which to choose; none for any."""
    match settings.voice.language:
        case None:
            return tuple(tenant.languages)
        case "auto":
            return ()
        case language:
            return (language,)


def spoken_names(tenant: Tenant) -> Mapping[str, Sequence[str]]:
    """What a customer may name, with its other names: the lexicon, then the values of the table."""
    names: dict[str, tuple[str, ...]] = {term: tuple(others) for term, others in tenant.lexicon.items()}
    for column in tenant.stock.columns if tenant.stock is not None else ():
        for value, others in column.values.items():
            names[value] = (*names.get(value, ()), *others)
    return names
