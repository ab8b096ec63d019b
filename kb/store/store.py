"""Everything that is kept, in one folder or database: opened together, closed together."""

from __future__ import annotations

from pathlib import Path

from kb.store.accounts import Accounts
from kb.store.audit import AuditLog
from kb.store.catalogue import Catalogue
from kb.store.database import open_database
from kb.store.decisions import Decisions
from kb.store.judgements import Judgements, Vocabulary
from kb.store.lexicon import LexiconStore
from kb.store.lists import Lists
from kb.store.mails import Mails
from kb.store.originals import Originals
from kb.store.outbox import Outbox
from kb.store.present import Glance, Present
from kb.store.register import Register
from kb.store.searches import Searches
from kb.store.sources import Sources


class Store:
    """The catalogue with its surroundings, and the originals."""

    def __init__(self, folder: Path, url: str = "") -> None:
        """Args: see ``open_database``."""
        self.folder = folder
        self.database = open_database(folder, url)
        self.catalogue = Catalogue(self.database)
        self.drafts = Catalogue(self.database, unpublished=True)
        self.register = Register(self.database)
        self.decisions = Decisions(self.database)
        self.outbox = Outbox(self.database)
        self.sources = Sources(self.database)
        self.judgements = Judgements(self.database)
        self.vocabulary = Vocabulary(self.database)
        self.lexicon = LexiconStore(self.database)
        self.searches = Searches(self.database)
        self.lists = Lists(self.database)
        self.mails = Mails(self.database)
        self.audit = AuditLog(self.database)
        self.accounts = Accounts(self.database)
        self.originals = Originals(folder)
        self._glance = Glance(self.database)

    def present(self) -> Present:
        """What a search must know before it looks at the index."""
        return self._glance.now()

    def close(self) -> None:
        """Let go of the database."""
        self.database.dispose()
