"""The tables of the catalogue. Changing one needs a migration (``tests/store/test_migrations.py`` compares the two)."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

document = Table(
    "document",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("type", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("date", Date),
    Column("date_basis", Text, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("access", String(16), nullable=False),
    Column("media_type", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("pages", Integer),
    Column("source", String(64), nullable=False),
    Column("uri", Text, nullable=False),
    Column("warnings", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("sensitive", Boolean, nullable=False),
    Column("binned_at", DateTime),
    Column("revision", Integer, nullable=False),
    # True for what somebody wants to look at before readers do.
    Column("held", Boolean, nullable=False),
    Column("edits", JSON, nullable=False),
    Column("updated_at", DateTime, nullable=False),
    # When readers were last given it anew: what feeds go by. None for what they have never been given.
    Column("shown_at", DateTime),
    UniqueConstraint("source", "uri"),
    Index("ix_document_sha256", "sha256"),
    Index("ix_document_type_date", "type", "date"),
)

section = Table(
    "section",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("document", ForeignKey("document.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("heading", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("page", Integer),
    Column("path", JSON, nullable=False),
    Column("blocks", JSON, nullable=False),
    UniqueConstraint("document", "ordinal"),
)

annotation = Table(
    "annotation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("section", ForeignKey("section.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(64), nullable=False),
    Column("value", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("where", String(16), nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Index("ix_annotation_kind_value", "kind", "value"),
)

#: What staff said of annotations. It outlives them: they are found anew whenever the file is read.
judgement = Table(
    "judgement",
    metadata,
    Column("document", ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(64), primary_key=True),
    Column("value", String(300), primary_key=True),
    Column("evidence", String(300), primary_key=True),
    Column("right", Boolean, nullable=False),
    Column("by", String(255), nullable=False),
    Column("at", DateTime, nullable=False),
)

#: Words that staff have added to the controlled vocabulary of a field.
vocabulary = Table(
    "vocabulary",
    metadata,
    Column("field", String(64), primary_key=True),
    Column("word", String(100), primary_key=True),
    Column("by", String(255), nullable=False),
    Column("at", DateTime, nullable=False),
)

#: Entries of the thesaurus that staff have made; ``off``: an entry of a plugin with these words is not used.
synonym = Table(
    "synonym",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("words", JSON, nullable=False),
    Column("broader", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Column("off", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

#: What was done to them. Rows are added, and never changed; the highest number is the version of the thesaurus.
synonym_change = Table(
    "synonym_change",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", DateTime, nullable=False),
    Column("by", String(255), nullable=False),
    Column("entry", Integer, nullable=False),
    Column("before", JSON),
    Column("after", JSON),
    sqlite_autoincrement=True,
)

#: What a source has listed: which document each item has become, and with what stamp.
source_item = Table(
    "source_item",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("uri", String(700), primary_key=True),
    Column("stamp", Text, nullable=False),
    Column("document", String(40), nullable=False),
    # True while it is in the bin because the source lists it no more.
    Column("gone", Boolean, nullable=False),
)

#: How a source was looked through last.
source_run = Table(
    "source_run",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("began_at", DateTime),
    Column("ended_at", DateTime),
    Column("asked", Boolean, nullable=False),
    Column("listed", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("binned", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("fix", Text, nullable=False),
)

#: The files of a document. The highest number is the one to be read; ``document.version`` the one that readers see.
version = Table(
    "version",
    metadata,
    Column("document", ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("fix", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("folder", Text, nullable=False),
    Column("content_type", String(64), nullable=False),
    Column("access", String(16)),
    Column("at", DateTime, nullable=False),
    Column("by", String(255), nullable=False),
)

#: What is left to be done: files to be read, documents whose index entries are out of date. Written in the transaction
#: that makes it necessary, removed when it has been made durable: nothing acknowledged can be forgotten.
outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("document", String(40), nullable=False),
    # True if the index may still show it to somebody who must not see it any more.
    Column("hides", Boolean, nullable=False, index=True),
    sqlite_autoincrement=True,
)

finding = Table(
    "finding",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document", ForeignKey("document.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(64), nullable=False),
    Column("label", Text, nullable=False),
    Column("section", String(64), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("proposal", Text, nullable=False),
    Column("certain", Boolean, nullable=False),
    Column("where", String(16), nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("document", ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(64), primary_key=True),
    Column("evidence", String(700), primary_key=True),
    Column("replacement", Text),
    Column("reason", Text, nullable=False),
    Column("by", String(255), nullable=False),
    Column("at", DateTime, nullable=False),
)

failure = Table(
    "failure",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("uri", String(700), primary_key=True),
    Column("file_name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("fix", Text, nullable=False),
    Column("at", DateTime, nullable=False),
)

#: Who did or tried what, and when. Rows are added, and never changed.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", DateTime, nullable=False, index=True),
    Column("actor", String(255), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", JSON, nullable=False),
    sqlite_autoincrement=True,
)

#: People who may sign in. ``key`` is the name as it is compared: two names that look alike are one.
account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(255), nullable=False),
    Column("key", String(255), nullable=False),
    Column("role", String(16), nullable=False),
    Column("password", Text),  # a hash of argon2id; none until the invitation has been taken up
    Column("totp", String(64), nullable=False),  # what the secret is made from, with the key of the server; or empty
    Column("totp_step", Integer, nullable=False),  # of the last code that was used: a code works once
    Column("created_at", DateTime, nullable=False),
    Column("disabled_at", DateTime),
    UniqueConstraint("key"),
    sqlite_autoincrement=True,  # a number is never given to somebody else
)

#: Who is signed in where. The id itself is only in the person's cookie: what is here is its SHA-256.
session = Table(
    "session",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("account", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", DateTime, nullable=False),
    Column("seen_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
    Column("agent", Text, nullable=False),
)

#: Who an identity provider knows an account's owner as: by a subject, which it gives to nobody else.
identity = Table(
    "identity",
    metadata,
    Column("issuer", String(255), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("account", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", DateTime, nullable=False),
)

#: Links that work once: for the first administrator (no account), to take up an invitation, to choose a new password.
link = Table(
    "link",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("account", ForeignKey("account.id", ondelete="CASCADE"), index=True),
    Column("expires_at", DateTime, nullable=False),
)

#: Keys for programs that act for an account.
token = Table(
    "token",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("account", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", DateTime, nullable=False),
    Column("expires_at", DateTime),
    # Access classes with commas between them, for a program that reads these and does nothing else; None for one that
    # may do all that its account may.
    Column("reads", String(64)),
)

#: Searches that found too little: the text, what those who searched may read, and how often. Never who it was.
search_miss = Table(
    "search_miss",
    metadata,
    Column("text", String(100), primary_key=True),
    Column("access", String(64), primary_key=True),
    Column("empty", Boolean, nullable=False),
    Column("times", Integer, nullable=False),
    Column("last_at", DateTime, nullable=False),
)

#: What staff say should come up for a query.
expectation = Table(
    "expectation",
    metadata,
    Column("query", String(300), primary_key=True),
    Column("section", String(64), primary_key=True),
    Column("by", String(255), nullable=False),
    Column("at", DateTime, nullable=False),
)

#: What an account keeps for itself.
saved_search = Table(
    "saved_search",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("address", Text, nullable=False),
    Column("at", DateTime, nullable=False),
    # How often its news are told by mail: daily or weekly; None for never.
    Column("mail", String(8)),
    # What readers were given up to then has been told, or was there before.
    Column("mailed_until", DateTime),
    sqlite_autoincrement=True,
)

#: Where an account's owner gets mail. ``address`` has been confirmed, or is empty; ``waiting`` has not been, or is.
mail_address = Table(
    "mail_address",
    metadata,
    Column("account", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("address", String(254), nullable=False),
    Column("waiting", String(254), nullable=False),
    Column("nonce", String(64), nullable=False),  # of the one link that confirms ``waiting``
    Column("failures", Integer, nullable=False),  # how often in a row it was refused
    Column("tried_at", DateTime),
)

#: How sending went last: one row.
mail_run = Table(
    "mail_run",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("tried_at", DateTime, nullable=False),
    Column("sent_at", DateTime),
    Column("sent", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("fix", Text, nullable=False),
)

collection = Table(
    "collection",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("at", DateTime, nullable=False),
    sqlite_autoincrement=True,
)

collection_item = Table(
    "collection_item",
    metadata,
    Column("collection", ForeignKey("collection.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    # No foreign key: a section that is gone for now may come back with the next reading.
    Column("section", String(64), nullable=False),
    Column("note", Text, nullable=False),
)
