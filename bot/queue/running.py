"""Which RQ job the current task works for."""

from contextvars import ContextVar

import rq

_job_id: ContextVar[str | None] = ContextVar("job_id", default=None)

set_running_job = _job_id.set


def running_job_id() -> str | None:
    """The id of the RQ job that runs this code, in our worker or in one of RQ's own. None outside of jobs."""
    job_id = _job_id.get()
    if job_id is not None:
        return job_id
    job = rq.get_current_job()
    return None if job is None else job.id
