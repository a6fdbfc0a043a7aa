"""People, dialogues and turns."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("blocked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("channel", "external_id", name="uq_people_channel_external_id"),
    )
    op.create_index("ix_people_last_seen_at", "people", ["last_seen_at"])

    op.create_table(
        "dialogues",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("chat_key", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dialogues"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_dialogues_person_id_people"),
    )
    op.create_index("ix_dialogues_last_at", "dialogues", ["last_at"])
    op.create_index("ix_dialogues_person_id", "dialogues", ["person_id"])
    op.create_index(
        "ix_dialogues_open_chat_key",
        "dialogues",
        ["chat_key", "started_at"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )

    op.create_table(
        "turns",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("turn_id", sa.Text(), nullable=False),
        sa.Column("dialogue_id", sa.Text(), nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("chat_key", sa.Text(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("light", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("prompt_tokens", sa.Integer(), nullable=False),
        sa.Column("completion_tokens", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("verdicts", sa.JSON(), nullable=False),
        sa.Column("timings_ms", sa.JSON(), nullable=False),
        sa.Column("trace", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_turns"),
        sa.UniqueConstraint("turn_id", name="uq_turns_turn_id"),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name="fk_turns_dialogue_id_dialogues"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_turns_person_id_people"),
    )
    op.create_index("ix_turns_answered_at", "turns", ["answered_at"])
    op.create_index("ix_turns_chat_key_answered_at", "turns", ["chat_key", "answered_at"])
    op.create_index("ix_turns_dialogue_id", "turns", ["dialogue_id"])
    op.create_index("ix_turns_person_id", "turns", ["person_id"])


def downgrade() -> None:
    op.drop_table("turns")
    op.drop_table("dialogues")
    op.drop_table("people")
