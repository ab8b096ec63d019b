"""Alembic's entry: runs the migrations on the connection that ``kb.store.migrate`` hands over."""

from alembic import context

from kb.store import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    render_as_batch=True,  # SQLite changes a column by copying the table
)
with context.begin_transaction():
    context.run_migrations()
