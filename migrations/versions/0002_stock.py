"""The stock table: its versions, which one is in service, and how the refreshes went."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "stock_versions",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stock_versions"),
    )
    op.create_index("ix_stock_versions_tenant_id", "stock_versions", ["tenant", "id"])

    op.create_table(
        "stock_rows",
        sa.Column("version_id", ROW_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "position", name="pk_stock_rows"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["stock_versions.id"], name="fk_stock_rows_version_id_stock_versions"
        ),
    )

    op.create_table(
        "stock_states",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("version_id", ROW_ID, nullable=True),
        sa.Column("as_of", MOMENT, nullable=True),
        sa.Column("attempted_at", MOMENT, nullable=True),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("tenant", name="pk_stock_states"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["stock_versions.id"], name="fk_stock_states_version_id_stock_versions"
        ),
    )

    op.create_table(
        "stock_refreshes",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("version_id", ROW_ID, nullable=True),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stock_refreshes"),
    )
    op.create_index("ix_stock_refreshes_tenant_at", "stock_refreshes", ["tenant", "at"])


def downgrade() -> None:
    op.drop_table("stock_refreshes")
    op.drop_table("stock_states")
    op.drop_table("stock_rows")
    op.drop_table("stock_versions")
