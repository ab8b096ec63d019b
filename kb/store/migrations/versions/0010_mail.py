"""Addresses for mail, and which saved searches tell their news by it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Nobody has an address, and no search is told of."""
    op.add_column("saved_search", sa.Column("mail", sa.String(length=8), nullable=True))
    op.add_column("saved_search", sa.Column("mailed_until", sa.DateTime(), nullable=True))
    op.create_table(
        "mail_address",
        sa.Column("account", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("waiting", sa.String(length=254), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_mail_address_account"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_mail_address")),
    )
    op.create_table(
        "mail_run",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tried_at", sa.DateTime(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fix", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_run")),
    )


def downgrade() -> None:
    """Drop what was added."""
    op.drop_table("mail_run")
    op.drop_table("mail_address")
    op.drop_column("saved_search", "mailed_until")
    op.drop_column("saved_search", "mail")
