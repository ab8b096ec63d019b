"""Versions, states, the bin, work to be done, findings and decisions."""

import hashlib
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TABLES = ("decision", "finding", "version")


def upgrade() -> None:
    """Give every document its first version; what is to be done is found out anew from the documents."""
    for column in _document_columns():
        op.add_column("document", column)
    _create_tables()
    # The index counts revisions from now on, and begins with the numbers that it has.
    op.execute("UPDATE document SET revision = version, version = 1, sensitive = (access = 'cases')")
    op.execute(
        "INSERT INTO version (document, number, sha256, size, file_name, state, reason, fix, tries, folder,"
        " content_type, access, at, by) SELECT id, 1, sha256, 0, file_name, 'read', '', '', 1, '', type, access,"
        " updated_at, '' FROM document"
    )
    _name_failed_files()
    op.add_column("outbox", sa.Column("kind", sa.String(length=16), nullable=False, server_default="index"))
    op.add_column("outbox", sa.Column("hides", sa.Boolean(), nullable=False, server_default=sa.true()))


def _name_failed_files() -> None:
    """Files that could not be read are versions from now on: an original that no version names is swept away."""
    connection = op.get_bind()
    named: set[str] = set()
    for failure in connection.execute(sa.text("SELECT * FROM failure WHERE sha256 <> '' ORDER BY at, uri")).all():
        if failure.sha256 in named:
            continue  # the same content from elsewhere: it is kept
        named.add(failure.sha256)
        origin = {"source": failure.source, "uri": failure.uri}
        same = sa.text("SELECT id FROM document WHERE source = :source AND uri = :uri")
        known = connection.scalar(same, origin)
        number = 2 if known else 1
        document = known or _failed_document(connection, failure)
        connection.execute(sa.insert(_VERSION), _failed_version(document, number, failure))
        connection.execute(sa.text("DELETE FROM failure WHERE source = :source AND uri = :uri"), origin)


def _failed_document(connection: sa.Connection, failure: Any) -> str:
    """A document of which nothing is known but its file."""
    identity = failure.sha256[:12]
    if connection.scalar(sa.text("SELECT id FROM document WHERE id = :id"), {"id": identity}):
        origin = f"{failure.sha256}\x1f{failure.source}\x1f{failure.uri}"
        identity = hashlib.sha256(origin.encode()).hexdigest()[:12]
    copied = ("file_name", "sha256", "source", "uri")
    values = {name: getattr(failure, name) for name in copied}
    nothing = {"type": "", "date_basis": "", "media_type": "", "fields": {}, "warnings": [], "edits": {}}
    about = {"id": identity, "title": failure.file_name, "access": "cases", "version": 1, "revision": 1}
    handling = {"state": "failed", "sensitive": False, "held": False, "updated_at": failure.at}
    connection.execute(sa.insert(_DOCUMENT), values | nothing | about | handling)
    return str(identity)


def _failed_version(document: str, number: int, failure: Any) -> dict[str, Any]:
    copied = {name: getattr(failure, name) for name in ("sha256", "file_name", "reason", "fix", "at")}
    nothing: dict[str, Any] = {"size": 0, "tries": 1, "folder": "", "content_type": "", "access": None, "by": ""}
    return copied | nothing | {"document": document, "number": number, "state": "failed"}


def _table(name: str, columns: str, json: str = "") -> sa.TableClause:
    """As much of a table as an INSERT needs."""
    typed = [sa.column(column, sa.JSON()) for column in json.split()]
    return sa.table(name, *map(sa.column, columns.split()), *typed)


_DOCUMENT = _table(
    "document",
    "id type title file_name date_basis access media_type sha256 version source uri updated_at state sensitive revision"
    " held",
    json="fields warnings edits",
)
_VERSION = _table(
    "version", "document number sha256 size file_name state reason fix tries folder content_type access at by"
)


def _document_columns() -> tuple[sa.Column[Any], ...]:
    """Added one by one: SQLite would copy the table for anything more, and dropping the old one drops all sections."""
    return (
        sa.Column("state", sa.String(length=16), nullable=False, server_default="published"),
        sa.Column("sensitive", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("binned_at", sa.DateTime(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("edits", sa.JSON(), nullable=False, server_default="{}"),
    )


def _create_tables() -> None:
    op.create_table(
        "version",
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fix", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("content_type", sa.String(length=64), nullable=False),
        sa.Column("access", sa.String(length=16), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_version_document"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document", "number", name=op.f("pk_version")),
    )
    op.create_index(op.f("ix_version_sha256"), "version", ["sha256"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("section", sa.String(length=64), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("proposal", sa.Text(), nullable=False),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("where", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_finding_document"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index(op.f("ix_finding_document"), "finding", ["document"], unique=False)
    op.create_table(
        "decision",
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("evidence", sa.String(length=700), nullable=False),
        sa.Column("replacement", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name=op.f("fk_decision_document"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document", "kind", "evidence", name=op.f("pk_decision")),
    )


def downgrade() -> None:
    """Drop what was added; documents that are not published or lie in the bin are forgotten."""
    op.execute("DELETE FROM document WHERE state <> 'published' OR binned_at IS NOT NULL")
    for name in _TABLES:
        op.drop_table(name)
    op.drop_column("outbox", "hides")
    op.drop_column("outbox", "kind")
    for column in _document_columns():
        op.drop_column("document", column.name)
