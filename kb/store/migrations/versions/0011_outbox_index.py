"""What hides documents is found in the outbox without reading all of it: each search asks."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the index."""
    op.create_index(op.f("ix_outbox_hides"), "outbox", ["hides"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_index(op.f("ix_outbox_hides"), table_name="outbox")
