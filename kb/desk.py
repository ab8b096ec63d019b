"""Where staff handle documents: what is waiting, what is to be decided on, what is published, what is in the bin.

A ``Desk`` is made for one person and refuses whoever may not. Every change is written to the audit log with its maker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from kb.errors import ConfigError, ForbiddenError, NotFoundError
from kb.ingest.reading import Means, annotated, edited
from kb.ingest.review import Reviewed, reviewed
from kb.model import (
    EVERYTHING,
    AccessClass,
    Actor,
    Decision,
    Document,
    Edits,
    Field,
    Finding,
    Judgement,
    Mention,
    Role,
    State,
    Version,
    words_of,
)
from kb.reader import Reader
from kb.store.catalogue import Content, Failure
from kb.store.store import Store


@dataclass(frozen=True, slots=True)
class Item:
    """One document as it lies on the desk."""

    document: Document
    latest: Version
    """The file that came last: it may still be unread, or unreadable."""
    findings: int
    """How many findings are still to be decided on."""
    held: bool
    """True if somebody has to publish it."""

    @property
    def state(self) -> State:
        """How far the latest file has come, else the document."""
        return State(self.latest.state) if self.latest.state in {"waiting", "failed"} else self.document.state


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be set on a document; None leaves it as it is."""

    title: str | None = None
    date: str | None = None
    """ISO 8601; empty for none."""
    content_type: str | None = None
    access: AccessClass | None = None
    fields: dict[str, str] | None = None


#: Characters of a word in a vocabulary.
_LONGEST_WORD = 60


class Desk:
    """The documents as one member of staff handles them."""

    def __init__(self, actor: Actor, store: Store, drafts: Reader, means: Means) -> None:
        """``drafts`` reads what is not published, too.

        Raises:
            ForbiddenError: this person may not.

        """
        if not actor.covers(Role.STAFF):
            raise ForbiddenError(actor.name or "利用者", "資料の管理は職員だけができます。", "職員に頼んでください。")
        self.actor = actor
        self.drafts = drafts
        self._store = store
        self._means = means

    # ------------------------------------------------------------------------------------------------- looking

    def items(self, *states: State, limit: int | None = None, offset: int = 0) -> list[Item]:
        """Documents that are not in the bin (in one of these states), those whose file came last first."""
        lying = self._store.register.lying(states, limit, offset)
        ids = [one.document for one in lying]
        documents = self._store.drafts.documents_by_id(ids, EVERYTHING)
        latest = self._store.register.latest(ids)
        return [
            Item(documents[one.document], latest[one.document], one.findings, one.held)
            for one in lying
            if one.document in documents and one.document in latest  # forgotten in the meantime
        ]

    def counts(self) -> dict[State, int]:
        """How many documents there are in each state."""
        return self._store.register.counts()

    def item(self, document: str) -> Item:
        """One document.

        Raises:
            NotFoundError: there is none.

        """
        return self._item(self.drafts.document(document))

    def lost(self) -> list[Failure]:
        """Files that sources have, but of which not even the bytes could be taken over."""
        return [failure for failure in self._store.catalogue.failures() if not failure.sha256]

    def binned(self) -> list[Document]:
        """What is in the bin, the latest first."""
        return self._store.register.binned()

    def versions(self, document: str) -> list[Version]:
        """All files of a document, the latest first."""
        return self._store.register.versions(document)

    def original(self, document: str, number: int) -> Path:
        """Where one file of a document lies.

        Raises:
            NotFoundError: there is none.

        """
        version = self._store.register.version(document, number)
        if version is None:
            raise NotFoundError(document, "この版はありません。", "版の一覧から選び直してください。")
        return self._store.originals.path(version.sha256)

    def findings(self, document: str) -> list[Finding]:
        """What is still to be decided on, in reading order."""
        return self._store.decisions.findings(document)

    def decisions(self, document: str) -> list[Decision]:
        """What has been decided, the latest first."""
        return self._store.decisions.decisions(document)

    def annotations(self, document: str) -> list[Mention]:
        """What its sections say, as far as somebody may say whether it is right, in reading order.

        Raises:
            NotFoundError: there is none.

        """
        found = self.drafts.document(document)
        sections = self.drafts.sections(document)
        said = self.drafts.annotations(sections)
        kinds = self.drafts.kinds
        return [
            Mention(annotation, section, found)
            for section in sections
            for annotation in said.get(section.id, ())
            if annotation.kind in kinds and kinds[annotation.kind].judged
        ]

    def judgements(self, document: str) -> list[Judgement]:
        """What has been said of its annotations, the latest first."""
        return self._store.judgements.judgements(document)

    def vocabulary(self, field: Field) -> tuple[str, ...]:
        """The words offered for a field: those that it came with, then those that staff have added."""
        return tuple(dict.fromkeys((*field.choices, *self._store.vocabulary.words(field.name))))

    def edits(self, document: str) -> Edits:
        """What staff have set in place of what was read."""
        return self._store.register.edits(document)

    # ------------------------------------------------------------------------------------------------ handling

    def edit(self, document: str, change: Change, revision: int | None = None) -> Document:
        """Set what staff know better; what is narrowed is hidden from readers at once.

        Another content type means that the file is read again; anything else is done when this returns.

        Args:
            document: its id.
            change: what is to be set.
            revision: the revision that was looked at; None if it does not matter.

        Raises:
            NotFoundError: there is none.
            ConflictError: somebody else has changed it since.
            ConfigError: there is no such content type, or the date is none.
            PluginError: a plugin broke down over it.

        """
        before = self.drafts.document(document)
        edits = _edits(self.edits(document), change)
        self._check(change)
        access = change.access or before.access
        values: dict[str, Any] = {"sensitive": before.sensitive or access is AccessClass.CASES}
        if change.access:
            values["access"] = access.value
        if change.content_type and change.content_type != before.type:
            values["type"] = change.content_type
        self._store.register.set(document, values, edits, self.actor.name, revision)
        if "type" in values:
            self._store.register.read_again([document], self.actor.name)
        elif before.state in {State.DRAFT, State.PUBLISHED}:
            self._review_again(document)
        return self.drafts.document(document)

    def decide(self, document: str, *decisions: Decision) -> None:
        """Replace the evidence of findings, or keep it for a reason: all of these decisions, or none.

        Raises:
            NotFoundError: there is no such document.
            ConfigError: it is to be kept without a reason, or there is no such finding.

        """
        self.drafts.document(document)
        found = {(finding.kind, finding.evidence) for finding in self.findings(document)}
        for decision in decisions:
            _check_decision(decision, found)
        self._store.decisions.decide(document, [replace(decision, by=self.actor.name) for decision in decisions])
        self._review_again(document)

    def withdraw(self, document: str, kind: str, evidence: str) -> None:
        """Take a decision back; the file is read again, because what was replaced is not kept elsewhere.

        Raises:
            NotFoundError: there is no such document.

        """
        if self.drafts.document(document).state is State.PUBLISHED:
            # First: without the decision, its original would be open to readers until the file has been read again.
            self.hold(document)
        self._store.decisions.withdraw(document, kind, evidence, self.actor.name)
        self._store.register.read_again([document], self.actor.name)

    def judge(self, document: str, *judgements: Judgement) -> None:
        """Say of annotations whether they are right; what is wrong is left out from now on.

        Raises:
            NotFoundError: there is no such document.
            ConfigError: there is no such annotation.

        """
        found = {
            (m.annotation.kind, m.annotation.value, words_of(m.annotation, m.section))
            for m in self.annotations(document)
        }
        for one in judgements:
            if (one.kind, one.value, one.evidence) not in found:
                fix = "ほかの人が先に外したかもしれません。開き直してください。"
                raise ConfigError(one.evidence, "この注釈はもうありません。", fix)
        by = [replace(judgement, by=self.actor.name) for judgement in judgements]
        self._store.judgements.judge(document, by)
        self._review_again(document)

    def withdraw_judgement(self, document: str, judgement: Judgement) -> None:
        """Take back what was said of an annotation.

        Raises:
            NotFoundError: there is no such document.

        """
        before = self.drafts.document(document)
        self._store.judgements.withdraw(document, judgement, self.actor.name)
        if before.state in {State.DRAFT, State.PUBLISHED}:
            self._review_again(document)

    def add_word(self, field: Field, word: str) -> None:
        """Offer a word for a field from now on.

        Raises:
            ConfigError: it is empty or too long, or would be several words.

        """
        word = word.strip()
        if not word or len(word) > _LONGEST_WORD or any(mark in word for mark in "、,\n"):
            fix = f"{_LONGEST_WORD}字までの一つの語を、読点やカンマを入れずに書いてください。"
            raise ConfigError(word or field.label, "語彙に加えられません。", fix)
        if word not in field.choices:
            self._store.vocabulary.add(field.name, [word], self.actor.name)

    def remove_word(self, field: Field, word: str) -> None:
        """Offer a word that staff have added no more; documents that have it keep it."""
        self._store.vocabulary.remove(field.name, word, self.actor.name)

    def publish(self, document: str, revision: int | None = None) -> None:
        """Let readers of its access class know of it.

        Raises:
            NotFoundError: there is none.
            ConflictError: it has not been read yet, something in it is still to be decided on, or it is not the
                ``revision`` that was looked at.

        """
        self._store.register.publish(document, self.actor.name, revision)

    def hold(self, document: str) -> None:
        """Take it back from readers until it is published again.

        Raises:
            NotFoundError: there is none.

        """
        self._store.register.hold(document, self.actor.name)

    def bin(self, document: str) -> None:
        """Put it in the bin: readers know of it no more, at once.

        Raises:
            NotFoundError: there is none.

        """
        self._store.register.bin(document, self.actor.name)

    def restore(self, document: str) -> None:
        """Take it out of the bin.

        Raises:
            NotFoundError: there is none.

        """
        self._store.register.restore(document, self.actor.name)

    def retry(self, documents: Sequence[str]) -> None:
        """Have the latest files of these documents read once more."""
        self._store.register.read_again(documents, self.actor.name)

    # ------------------------------------------------------------------------------------------------- inside

    def _item(self, document: Document) -> Item:
        latest = self._store.register.versions(document.id)[0]
        findings = len(self._store.decisions.findings(document.id))
        return Item(document, latest, findings, self._store.register.is_held(document.id))

    def _check(self, change: Change) -> None:
        kinds = self._means.plugins.content_types()
        if change.content_type and change.content_type not in kinds:
            known = "、".join(kind.label for kind in kinds.values())
            raise ConfigError(change.content_type, "この名前の資料の種類はありません。", f"使える種類：{known}")

    def _review_again(self, document: str) -> None:
        """Carry out what has been decided and edited on the document as it is, without reading its file again."""
        before = self.drafts.document(document)
        sections = self.drafts.sections(document)
        found = reviewed(before, sections, self.decisions(document), self._means.review, self.findings(document))
        changed = Reviewed(edited(found.document, self.edits(document)), found.sections, found.findings)
        reading = annotated(changed, self._means, self.judgements(document))
        held = self._store.register.is_held(document)
        state = State.DRAFT if held or reading.findings else State.PUBLISHED
        content = Content(
            replace(reading.document, state=state), reading.sections, reading.annotations, reading.findings
        )
        self._store.drafts.save(content, before.revision)


def _check_decision(decision: Decision, found: set[tuple[str, str]]) -> None:
    if decision.replacement is None and not decision.reason.strip():
        raise ConfigError(decision.evidence, "残す理由がありません。", "理由を書いてください。")
    if (decision.kind, decision.evidence) not in found:
        fix = "ほかの人が先に決めたかもしれません。開き直してください。"
        raise ConfigError(decision.evidence, "この指摘はもうありません。", fix)


def _edits(before: Edits, change: Change) -> Edits:
    """What staff have set, with a change on top.

    Raises:
        ConfigError: the date is none.

    """
    if change.date:
        try:
            date.fromisoformat(change.date)
        except ValueError as error:
            raise ConfigError(change.date, "日付として読めません。", "2022-02-15 のように書いてください。") from error
    return Edits(
        before.title if change.title is None else change.title.strip() or None,
        before.date if change.date is None else change.date,
        {**before.fields, **(change.fields or {})},
    )
