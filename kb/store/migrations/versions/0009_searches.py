"""Searches in vain, what should come up, saved searches, and lists of sections."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_TABLES = ("collection_item", "collection", "saved_search", "expectation", "search_miss")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "search_miss",
        sa.Column("text", sa.String(length=100), nullable=False),
        sa.Column("access", sa.String(length=64), nullable=False),
        sa.Column("empty", sa.Boolean(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("text", "access", name=op.f("pk_search_miss")),
    )
    op.create_table(
        "expectation",
        sa.Column("query", sa.String(length=300), nullable=False),
        sa.Column("section", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("query", "section", name=op.f("pk_expectation")),
    )
    for name, more in (
        ("saved_search", [sa.Column("address", sa.Text(), nullable=False)]),
        ("collection", []),
    ):
        op.create_table(
            name,
            sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
            sa.Column("account", sa.Integer(), nullable=False),
            sa.Column("name", sa.String(length=100), nullable=False),
            *more,
            sa.Column("at", sa.DateTime(), nullable=False),
            sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f(f"fk_{name}_account"), ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
            sqlite_autoincrement=True,
        )
        op.create_index(op.f(f"ix_{name}_account"), name, ["account"], unique=False)
    op.create_table(
        "collection_item",
        sa.Column("collection", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("section", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection"], ["collection.id"], name=op.f("fk_collection_item_collection"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("collection", "position", name=op.f("pk_collection_item")),
    )


def downgrade() -> None:
    """Drop them."""
    for name in _TABLES:
        op.drop_table(name)
