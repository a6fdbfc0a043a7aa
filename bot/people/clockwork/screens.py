"""What admins read of the scheduler's jobs, and the buttons under it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain import Button, Keyboard
from bot.people.clockwork.jobs import Job, JobState
from bot.people.retention.days import in_words
from bot.people.screen import Screen
from bot.store.job_runs import JobRun, RunOutcome
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.texts.jobs import JobText
from bot.texts.retention import RetentionText

DATA = "job:"
_NAMES = {text.value.removeprefix("jobs_name_"): text for text in JobText if "_name_" in text.value}
_ENDS = {
    RunOutcome.DONE: JobText.RAN_DONE,
    RunOutcome.FAILED: JobText.RAN_FAILED,
    RunOutcome.LOST: JobText.RAN_LOST,
}
_LATE = timedelta(minutes=2)
_MINUTE_S, _HOUR_S = 60, 3600


class Act(StrEnum):
    """What an admin wants of a job; a step further each time. The last three change something."""

    LIST = "l"
    SHOW = "s"
    ASK_RUN = "ar"
    ASK_PAUSE = "ap"
    ASK_RESUME = "au"
    RUN = "r"
    PAUSE = "p"
    RESUME = "u"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tap:
    """What a button says: `job:<act>:<version>:<name>`."""

    act: Act
    version: int = 0
    name: str = ""

    @property
    def data(self) -> str:
        return f"{DATA}{self.act}:{self.version}:{self.name}"

    @classmethod
    def parse(cls, data: str) -> "Tap | None":
        """None: it is no button of ours, or a forged one."""
        match data.removeprefix(DATA).split(":"):
            case [act, version, name] if act in set(Act) and version.isdecimal() and len(version) < 9:
                return cls(act=Act(act), version=int(version), name=name)
        return None


class JobScreens:
    """In one language."""

    def __init__(self, tenant: Tenant, texts: Texts, language: str, now: datetime) -> None:
        self._zone = tenant.zone
        self._texts = texts
        self._language = language
        self._now = now

    def all(self, states: Sequence[JobState]) -> Screen:
        lines = [
            self._say(
                JobText.LINE,
                name=self._name(state),
                rhythm=self._rhythm_now(state),
                last=self._last(state.last),
            )
            for state in states
        ]
        buttons = [
            Button(text=self._name(state), data=Tap(act=Act.SHOW, name=state.job.name).data)
            for state in states
        ]
        return Screen(
            self._say(JobText.LIST, lines="\n".join(lines)),
            Keyboard(rows=tuple((button,) for button in buttons)),
        )

    def one(self, state: JobState) -> Screen:
        text = self._say(
            JobText.ONE,
            name=self._name(state),
            rhythm=self._rhythm_now(state),
            last=self._last(state.last),
            next=self._next(state),
        )
        pause = (JobText.RESUME, Act.ASK_RESUME) if state.is_paused else (JobText.PAUSE, Act.ASK_PAUSE)
        return Screen(
            text, self._keyboard(state, (JobText.RUN, Act.ASK_RUN), pause, (JobText.BACK, Act.LIST))
        )

    def asking(self, state: JobState, act: Act) -> Screen:
        """What is now, what would be, and whether it is meant."""
        text, yes, done = {
            Act.ASK_RUN: (JobText.ASK_RUN, JobText.YES_RUN, Act.RUN),
            Act.ASK_PAUSE: (JobText.ASK_PAUSE, JobText.YES_PAUSE, Act.PAUSE),
            Act.ASK_RESUME: (JobText.ASK_RESUME, JobText.YES_RESUME, Act.RESUME),
        }[act]
        return Screen(
            self.told(text, state), self._keyboard(state, (yes, done), (RetentionText.NO, Act.SHOW))
        )

    def told(self, text: JobText, state: JobState) -> str:
        rhythm, last = self._rhythm(state.job), self._last(state.last)
        return self._say(text, name=self._name(state), rhythm=rhythm, last=last)

    def unknown(self) -> str:
        return self._say(JobText.UNKNOWN)

    def _keyboard(self, state: JobState, *buttons: tuple[StrEnum, Act]) -> Keyboard:
        return Keyboard(
            rows=tuple(
                (
                    Button(
                        text=self._texts.say(text, self._language),
                        data=Tap(act=act, version=state.version, name=state.job.name).data,
                    ),
                )
                for text, act in buttons
            )
        )

    def _name(self, state: JobState) -> str:
        text = _NAMES.get(state.job.name)
        return state.job.name if text is None else self._say(text)

    def _rhythm_now(self, state: JobState) -> str:
        return self._say(JobText.PAUSED) if state.is_paused else self._rhythm(state.job)

    def _rhythm(self, job: Job) -> str:
        if job.at is not None:
            return self._say(JobText.DAILY, time=f"{job.at:%H:%M}")
        every_s = round(job.every_s or 0)
        if every_s == _HOUR_S:
            return self._say(JobText.EVERY_HOUR)
        if every_s == _MINUTE_S:
            return self._say(JobText.EVERY_MINUTE)
        if every_s % _MINUTE_S:
            return self._say(JobText.EVERY_SECONDS, count=every_s)
        return self._say(JobText.EVERY_MINUTES, count=every_s // _MINUTE_S)

    def _last(self, run: JobRun | None) -> str:
        if run is None:
            return self._say(JobText.NEVER_RAN)
        if run.outcome is None or run.ended_at is None:
            return self._say(JobText.RUNS, when=in_words(run.due_at, self._zone))
        return self._say(_ENDS[run.outcome], when=in_words(run.ended_at, self._zone))

    def _next(self, state: JobState) -> str:
        if state.is_paused:
            return ""
        if state.next_at is None:
            return self._say(JobText.NEXT_UNKNOWN)
        is_late = self._now - state.next_at > _LATE
        text = JobText.LATE if is_late else JobText.NEXT
        return self._say(text, when=in_words(state.next_at, self._zone))

    def _say(self, text: JobText, **values: object) -> str:
        return self._texts.say(text, self._language, **values)
