"""What admins change, hold and send to many; what stays after a purge."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


DOOR = "erased"
"""Whom an act was about may be replaced by this, once their data is gone; nothing else of it ever changes."""


def upgrade() -> None:
    _seal_acts()
    op.create_table(
        "broadcasts",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("button", sa.JSON(), nullable=False),
        sa.Column("promo", sa.Text(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("by_night", sa.Boolean(), nullable=False),
        sa.Column("fates", sa.JSON(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_broadcasts"),
        sa.UniqueConstraint("request_key", name="uq_broadcasts_request_key"),
    )
    op.create_index("ix_broadcasts_tenant_status", "broadcasts", ["tenant", "status"], unique=False)
    op.create_table(
        "daily_figures",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "day", "name", name="pk_daily_figures"),
    )
    op.create_table(
        "invitations",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_by", sa.Text(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
    )
    op.create_table(
        "scheduler_jobs",
        sa.Column("id", sa.Unicode(length=191), nullable=False),
        sa.Column("next_run_time", sa.Float(precision=25), nullable=True),
        sa.Column("job_state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scheduler_jobs"),
    )
    op.create_index("ix_scheduler_jobs_next_run_time", "scheduler_jobs", ["next_run_time"], unique=False)
    op.create_table(
        "scheduler_leases",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("beats", ROW_ID, nullable=False),
        sa.PrimaryKeyConstraint("tenant", name="pk_scheduler_leases"),
    )
    op.create_table(
        "job_runs",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_job_runs"),
        sa.UniqueConstraint("tenant", "job", "key", name="uq_job_runs_tenant_job_key"),
    )
    op.create_index(
        "uq_job_runs_open",
        "job_runs",
        ["tenant", "job"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "clock_marks",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("shown", MOMENT, nullable=False),
        sa.Column("elapsed_s", sa.Float(), nullable=False),
        sa.Column("ceiling", MOMENT, nullable=True),
        sa.Column("off_since_s", sa.Float(), nullable=False),
        sa.Column("off_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "boot", name="pk_clock_marks"),
    )
    op.create_table(
        "purges",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("before", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("deleted", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_purges"),
    )
    op.create_index("ix_purges_tenant_started_at", "purges", ["tenant", "started_at"], unique=False)
    op.create_table(
        "tunings",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", name="pk_tunings"),
    )
    op.create_table(
        "broadcast_people",
        sa.Column("broadcast_id", ROW_ID, nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("promo", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name="fk_broadcast_people_broadcast_id_broadcasts"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_broadcast_people_person_id_people"),
        sa.PrimaryKeyConstraint("broadcast_id", "person_id", name="pk_broadcast_people"),
    )
    op.create_index(
        "ix_broadcast_people_broadcast_id_status",
        "broadcast_people",
        ["broadcast_id", "status"],
        unique=False,
    )
    op.create_index("ix_broadcast_people_person_id", "broadcast_people", ["person_id"], unique=False)
    op.create_table(
        "retention_holds",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", MOMENT, nullable=False),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_retention_holds_person_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_retention_holds"),
    )
    op.create_index(
        "ix_retention_holds_tenant_person_id", "retention_holds", ["tenant", "person_id"], unique=False
    )


def _seal_acts() -> None:
    """Have the database itself refuse whatever would change or remove what staff did."""
    if op.get_bind().dialect.name == "sqlite":
        for statement in _SQLITE_SEAL:
            op.execute(statement)
        return
    for statement in _POSTGRESQL_SEAL:
        op.execute(statement)


_REFUSAL = "staff_acts only grows"
_SQLITE_SEAL = (
    f"""CREATE TRIGGER staff_acts_stay BEFORE DELETE ON staff_acts
        BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END""",
    f"""CREATE TRIGGER staff_acts_keep BEFORE UPDATE ON staff_acts
        WHEN NEW.subject IS NOT '{DOOR}' OR NEW.id IS NOT OLD.id OR NEW.tenant IS NOT OLD.tenant
          OR NEW.actor IS NOT OLD.actor OR NEW.act IS NOT OLD.act OR NEW.at IS NOT OLD.at
          OR NEW.details IS NOT OLD.details
        BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END""",
    # INSERT OR REPLACE deletes without a word to the trigger above
    f"""CREATE TRIGGER staff_acts_once BEFORE INSERT ON staff_acts
        WHEN EXISTS (SELECT 1 FROM staff_acts WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END""",
)
_POSTGRESQL_SEAL = (
    f"""CREATE FUNCTION staff_acts_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$""",
    """CREATE TRIGGER staff_acts_stay BEFORE DELETE ON staff_acts
        FOR EACH ROW EXECUTE FUNCTION staff_acts_refuse()""",
    """CREATE TRIGGER staff_acts_whole BEFORE TRUNCATE ON staff_acts
        FOR EACH STATEMENT EXECUTE FUNCTION staff_acts_refuse()""",
    f"""CREATE TRIGGER staff_acts_keep BEFORE UPDATE ON staff_acts FOR EACH ROW
        WHEN (NEW.subject IS DISTINCT FROM '{DOOR}' OR NEW.details::text IS DISTINCT FROM OLD.details::text
          OR (NEW.id, NEW.tenant, NEW.actor, NEW.act, NEW.at)
             IS DISTINCT FROM (OLD.id, OLD.tenant, OLD.actor, OLD.act, OLD.at))
        EXECUTE FUNCTION staff_acts_refuse()""",
)


def _unseal_acts() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("stay", "keep", "once"):
            op.execute(f"DROP TRIGGER staff_acts_{name}")
        return
    for name in ("stay", "whole", "keep"):
        op.execute(f"DROP TRIGGER staff_acts_{name} ON staff_acts")
    op.execute("DROP FUNCTION staff_acts_refuse()")


def downgrade() -> None:
    _unseal_acts()
    op.drop_table("retention_holds")
    op.drop_table("broadcast_people")
    op.drop_table("tunings")
    op.drop_table("purges")
    op.drop_table("clock_marks")
    op.drop_table("job_runs")
    op.drop_table("scheduler_leases")
    op.drop_table("scheduler_jobs")
    op.drop_table("invitations")
    op.drop_table("daily_figures")
    op.drop_table("broadcasts")
