"""The usual shape's worker: RQ's SimpleWorker, one of several. Argument: the queue's name."""

import os
import sys

from redis import Redis
from rq import Queue, SimpleWorker

if __name__ == "__main__":
    connection = Redis.from_url(os.environ["BENCH_REDIS_URL"])
    SimpleWorker([Queue(sys.argv[1], connection=connection)], connection=connection).work(
        logging_level="WARNING"
    )
