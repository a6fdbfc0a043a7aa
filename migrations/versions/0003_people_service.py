"""Consent, staff, callbacks, handoffs, bookings, ratings, reviews, proposals and marks."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "marks",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("tester", sa.Text(), nullable=False),
        sa.Column("answer_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_marks"),
        sa.UniqueConstraint("tenant", "tester", "answer_key", name="uq_marks_tenant_tester_answer_key"),
    )
    op.create_index("ix_marks_tenant_created_at", "marks", ["tenant", "created_at"], unique=False)

    op.create_table(
        "mark_items",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("answer_key", sa.Text(), nullable=False),
        sa.Column("turn_row", ROW_ID, nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mark_items"),
        sa.UniqueConstraint("tenant", "answer_key", name="uq_mark_items_tenant_answer_key"),
    )
    op.create_table(
        "proposals",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("turn_id", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
    )
    op.create_index("ix_proposals_tenant_status", "proposals", ["tenant", "status"], unique=False)
    op.create_table(
        "staff",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("granted_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("unreachable_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("tenant", "channel", "external_id", name="uq_staff_tenant_channel_external_id"),
    )
    op.create_table(
        "staff_acts",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff_acts"),
    )
    op.create_index("ix_staff_acts_tenant_at", "staff_acts", ["tenant", "at"], unique=False)
    op.create_table(
        "staff_rooms",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.Text(), nullable=False),
        sa.Column("has_topics", sa.Boolean(), nullable=False),
        sa.Column("bound_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("tenant", name="pk_staff_rooms"),
    )
    op.create_table(
        "action_runs",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_action_runs_person_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_action_runs"),
        sa.UniqueConstraint("request_key", name="uq_action_runs_request_key"),
    )
    op.create_index("ix_action_runs_person_id", "action_runs", ["person_id"], unique=False)
    op.create_table(
        "bookings",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("chat_key", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone_sealed", sa.Text(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("reminded", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("moved_from", ROW_ID, nullable=True),
        sa.Column("announced_at", MOMENT, nullable=True),
        sa.Column("cancelled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_bookings_person_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_bookings"),
        sa.UniqueConstraint("request_key", name="uq_bookings_request_key"),
    )
    op.create_index("ix_bookings_person_id", "bookings", ["person_id"], unique=False)
    op.create_index("ix_bookings_tenant_starts_at", "bookings", ["tenant", "starts_at"], unique=False)
    op.create_index(
        "uq_bookings_slot",
        "bookings",
        ["tenant", "action", "resource", "starts_at"],
        unique=True,
        sqlite_where=sa.text("cancelled_at IS NULL"),
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_table(
        "callbacks",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("chat_key", sa.Text(), nullable=False),
        sa.Column("dialogue_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone_sealed", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("wished", sa.Text(), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("call_from", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("escalated_at", MOMENT, nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_callbacks_person_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
        sa.UniqueConstraint("request_key", name="uq_callbacks_request_key"),
    )
    op.create_index("ix_callbacks_person_id", "callbacks", ["person_id"], unique=False)
    op.create_index(
        "ix_callbacks_tenant_status_due_at", "callbacks", ["tenant", "status", "due_at"], unique=False
    )
    op.create_index(
        "uq_callbacks_open_person",
        "callbacks",
        ["tenant", "person_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "consents",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("keeps_summary", sa.Boolean(), nullable=False),
        sa.Column("takes_news", sa.Boolean(), nullable=False),
        sa.Column("news_at", MOMENT, nullable=True),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_consents_person_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_person_id_tenant", "consents", ["person_id", "tenant"], unique=False)
    op.create_index(
        "uq_consents_standing",
        "consents",
        ["tenant", "person_id", "version"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "erasures",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.Text(), nullable=False),
        sa.Column("message_id", ROW_ID, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("erased_at", MOMENT, nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        sa.UniqueConstraint(
            "tenant", "channel", "external_id", name="uq_erasures_tenant_channel_external_id"
        ),
    )
    op.create_table(
        "handoffs",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("chat_key", sa.Text(), nullable=False),
        sa.Column("dialogue_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("room_chat_id", sa.Text(), nullable=False),
        sa.Column("thread_id", ROW_ID, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("held_at", MOMENT, nullable=True),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_handoffs_person_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_handoffs"),
    )
    op.create_index("ix_handoffs_person_id", "handoffs", ["person_id"], unique=False)
    op.create_index(
        "ix_handoffs_room_chat_id_thread_id", "handoffs", ["room_chat_id", "thread_id"], unique=False
    )
    op.create_index("ix_handoffs_tenant_status", "handoffs", ["tenant", "status"], unique=False)
    op.create_index(
        "uq_handoffs_open_chat_key",
        "handoffs",
        ["chat_key"],
        unique=True,
        sqlite_where=sa.text("released_at IS NULL"),
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "ratings",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_ratings_person_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_ratings"),
        sa.UniqueConstraint(
            "tenant", "kind", "subject", "person_id", name="uq_ratings_tenant_kind_subject_person_id"
        ),
    )
    op.create_index("ix_ratings_person_id", "ratings", ["person_id"], unique=False)
    op.create_index(
        "ix_ratings_tenant_kind_created_at", "ratings", ["tenant", "kind", "created_at"], unique=False
    )
    op.create_table(
        "reviews",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("person_id", ROW_ID, nullable=False),
        sa.Column("chat_key", sa.Text(), nullable=False),
        sa.Column("turn_id", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("light", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("final", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("held_sealed", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("remind_at", MOMENT, nullable=False),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_reviews_person_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.UniqueConstraint("turn_id", name="uq_reviews_turn_id"),
    )
    op.create_index("ix_reviews_person_id", "reviews", ["person_id"], unique=False)
    op.create_index("ix_reviews_tenant_created_at", "reviews", ["tenant", "created_at"], unique=False)

    with op.batch_alter_table("dialogues") as dialogues:
        dialogues.add_column(sa.Column("end_reason", sa.Text(), nullable=True))
        dialogues.add_column(sa.Column("summary", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("dialogues") as dialogues:
        dialogues.drop_column("summary")
        dialogues.drop_column("end_reason")
    op.drop_table("reviews")
    op.drop_table("ratings")
    op.drop_table("handoffs")
    op.drop_table("erasures")
    op.drop_table("consents")
    op.drop_table("callbacks")
    op.drop_table("bookings")
    op.drop_table("action_runs")
    op.drop_table("staff_rooms")
    op.drop_table("staff_acts")
    op.drop_table("staff")
    op.drop_table("proposals")
    op.drop_table("mark_items")
    op.drop_table("marks")
