"""What a token may read, and when readers were last given a document anew."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Tokens stay as they are; documents that are published count as new since they were last changed."""
    op.add_column("token", sa.Column("reads", sa.String(length=64), nullable=True))
    op.add_column("document", sa.Column("shown_at", sa.DateTime(), nullable=True))
    op.execute("UPDATE document SET shown_at = updated_at WHERE state = 'published'")


def downgrade() -> None:
    """Drop what was added; tokens that may read only end, or they could do more than they were made for."""
    op.execute("DELETE FROM token WHERE reads IS NOT NULL")
    op.drop_column("document", "shown_at")
    op.drop_column("token", "reads")
