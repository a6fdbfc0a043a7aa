"""The scheduler's insides: APScheduler decides when, SQL that it is once, the queue who does it."""
