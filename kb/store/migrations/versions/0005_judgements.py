"""What staff say of annotations, words they add to vocabularies, and what sources have listed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_TABLES = ("source_run", "source_item", "vocabulary", "judgement")


def upgrade() -> None:
    """Add the tables; no annotation has been confirmed so far."""
    op.add_column("annotation", sa.Column("confirmed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_annotation_kind_value", "annotation", ["kind", "value"], unique=False)
    op.create_table(
        "judgement",
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=300), nullable=False),
        sa.Column("evidence", sa.String(length=300), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_judgement_document"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document", "kind", "value", "evidence", name=op.f("pk_judgement")),
    )
    op.create_table(
        "vocabulary",
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("word", sa.String(length=100), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("field", "word", name=op.f("pk_vocabulary")),
    )
    _create_source_tables()


def _create_source_tables() -> None:
    op.create_table(
        "source_item",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("uri", sa.String(length=700), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("source", "uri", name=op.f("pk_source_item")),
    )
    op.create_table(
        "source_run",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("binned", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fix", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_run")),
    )


def downgrade() -> None:
    """Drop what was added."""
    for name in _TABLES:
        op.drop_table(name)
    op.drop_index("ix_annotation_kind_value", "annotation")
    op.drop_column("annotation", "confirmed")
