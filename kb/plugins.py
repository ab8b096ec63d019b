"""The only module that touches pluggy: finds plugins, checks that they keep the contract, and calls their hooks.

Each implementation is called on its own, because one raising implementation aborts a plain pluggy call. Whoever raises
is named: at start-up that is fatal (``PluginError``), while reading a document it is that document's failure.
"""

from __future__ import annotations

import importlib
import logging
import sys
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import pluggy

from kb import hookapi, hookspecs, single, tracing
from kb.errors import KbError, PluginError
from kb.model import (
    Annotation,
    Config,
    ContentType,
    Document,
    Extraction,
    File,
    Finding,
    Kind,
    Panel,
    PanelPlace,
    Section,
    Source,
    Synonyms,
    View,
)

if TYPE_CHECKING:
    import click

GROUP = "kb.plugins"
"""The entry point group by which bundled and external plugins are found alike."""

LONGEST_VALUE = 300
"""Characters of an annotation's value: it is a term of the index and part of a key."""

NO_SETTINGS = Config(Path())
"""The settings of somebody who has none: the data folder is the current one."""

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """What the list of plugins shows of one."""

    name: str
    version: str
    hooks: tuple[str, ...]
    where: str = ""
    """The distribution that brings it, or its file (``plugins/memos.py``); empty for one that was handed over."""
    warnings: tuple[str, ...] = ()
    """What it uses that will be gone in a later version of the hooks."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One implementation of one hook."""

    plugin: str
    hook: str
    implementation: pluggy.HookImpl
    former: Mapping[str, Callable[[Mapping[str, Any]], Any]] = field(default_factory=dict)
    """What makes the values of deprecated arguments."""
    trace: Callable[[tracing.HookCall], None] | None = None

    def __call__(self, kind: type, arguments: Mapping[str, Any]) -> Any:
        """What it gives; a ``list`` of everything it yields, if that is what is wanted."""
        given = {name: self._value(name, arguments) for name in self.implementation.argnames}
        result: Any = None
        began, failed = perf_counter(), ""
        try:
            values: Any = self.implementation.function(**given)
            result = list(values) if kind is list and values is not None else values
        except Exception as error:
            failed = type(error).__name__
            raise
        finally:
            if self.trace:
                took = (perf_counter() - began) * 1000
                self.trace(tracing.HookCall(self.plugin, self.hook, took, tracing.count(result), failed))
        return result

    def _value(self, name: str, arguments: Mapping[str, Any]) -> Any:
        return arguments[name] if name in arguments else self.former[name](arguments)


class Plugins:
    """The plugins in use. Make one with ``load``, or ``Plugins({"name": module})`` for exactly the given ones."""

    def __init__(
        self,
        modules: Mapping[str, object],
        origins: Mapping[str, tuple[str, str]] | None = None,
        trace: Callable[[tracing.HookCall], None] | None = None,
    ) -> None:
        """``origins``: version and place of those that come from somewhere; ``trace`` is told of every call."""
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._origins = dict(origins or {})
        self._trace = trace
        self._warnings: dict[str, tuple[str, ...]] = {}
        for name, module in modules.items():
            self._register(name, module)

    @classmethod
    def load(
        cls,
        disabled: Collection[str] = (),
        extra: Mapping[str, object] | None = None,
        folder: Path | None = None,
        trace: Callable[[tracing.HookCall], None] | None = None,
    ) -> Plugins:
        """All installed plugins but the ``disabled`` ones, the single files in ``folder``, and the ``extra`` modules.

        Raises:
            PluginError: if one cannot be imported, has a misspelt hook or asks for an unknown argument.

        """
        found = {point.name: point for point in sorted(entry_points(group=GROUP)) if point.name not in disabled}
        modules: dict[str, object] = {name: _import(point) for name, point in found.items()}
        origins = {name: (point.dist.version, point.dist.name) for name, point in found.items() if point.dist}
        for path in single.found(folder, disabled) if folder else ():
            if path.stem in modules:
                fix = "ファイルの名前を変えてください。"
                raise PluginError(f"{single.FOLDER}/{path.name}", "同じ名前のプラグインが入っています。", fix)
            modules[path.stem] = single.load(path)
            origins[path.stem] = "", f"{single.FOLDER}/{path.name}"
        return cls({**modules, **(extra or {})}, origins, trace)

    @classmethod
    def of(cls, config: Config) -> Plugins:
        """The plugins that the settings ask for; none at all in safe mode.

        Raises:
            PluginError: see ``load``.

        """
        if config.safe_mode:
            return cls({})
        if config.trace_hooks:
            tracing.switch_on()
        trace = tracing.write if config.trace_hooks else None
        return cls.load(config.disabled_plugins, folder=config.home / single.FOLDER, trace=trace)

    def _register(self, name: str, module: object) -> None:
        hookapi.check(name, getattr(module, hookapi.STATEMENT, None))
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always", hookapi.Deprecated)
                self._manager.register(module, name)
        except (pluggy.PluginValidationError, ValueError) as error:
            raise PluginError(
                name, f"フックの書き方に誤りがあります（{error}）。", "docs/plugins.md の引数を見てください。"
            ) from error
        callers = self._manager.get_hookcallers(module) or []
        for caller in callers:
            if not caller.has_spec():
                known = "、".join(sorted(self._hooks()))
                raise PluginError(name, f"{caller.name} というフックはありません。", f"使えるフック：{known}")
            if any(impl.wrapper or impl.hookwrapper for impl in caller.get_hookimpls() if impl.plugin is module):
                raise PluginError(
                    name, f"{caller.name} はラッパーとしては使えません。", "wrapper=True を外してください。"
                )
        if not callers:
            raise PluginError(name, "フックが一つもありません。", "関数に @kb.hookimpl を付けてください。")
        self._warnings[name] = tuple(str(one.message).split("\n")[0] for one in caught)
        for warning in self._warnings[name]:
            log.warning("plugin %s: %s", name, warning)

    def _hooks(self) -> list[str]:
        return [name for name in vars(hookspecs) if name.startswith("kb_")]

    def _calls(self, hook: str) -> Iterator[_Call]:
        for name in (hook, *self._predecessors(hook)):
            caller = getattr(self._manager.hook, name)
            former = {arg: old.given for arg, old in (caller.spec.warn_on_impl_args or {}).items()}
            # pluggy calls the last registered first and keeps its list in the opposite order.
            for implementation in reversed(caller.get_hookimpls()):
                yield _Call(implementation.plugin_name, name, implementation, former, self._trace)

    def _predecessors(self, hook: str) -> Iterator[str]:
        """Deprecated hooks that are still called in the place of this one."""
        for name in self._hooks():
            warning = getattr(self._manager.hook, name).spec.warn_on_impl
            if isinstance(warning, hookapi.Deprecated) and warning.successor == hook:
                yield name

    def _collect(self, hook: str, kind: type[T], **arguments: Any) -> list[tuple[str, T]]:
        """Everything that all plugins return from one start-up hook, each with its plugin's name."""
        results: list[tuple[str, T]] = []
        # First registered first: what is listed (content types, views) is listed in a stable order.
        for call in reversed(list(self._calls(hook))):
            try:
                values = call(list, arguments)
            except KbError:
                raise
            except Exception as error:
                raise _broken(call, error) from error
            if values is None:
                raise PluginError(call.plugin, f"{hook} が何も返しません。", "リストを return してください。", hook)
            for value in values:
                if not isinstance(value, kind):
                    given = type(value).__name__
                    raise PluginError(
                        call.plugin, f"{hook} は {kind.__name__} を返す約束ですが、{given} を返しました。", DISABLE_HINT
                    )
            results += [(call.plugin, value) for value in values]
        return results

    def names(self) -> list[PluginInfo]:
        """The plugins in use with their versions and hooks, in order of registration."""
        return [
            PluginInfo(
                name,
                self._origins.get(name, ("", ""))[0],
                tuple(sorted(caller.name for caller in self._manager.get_hookcallers(module) or [])),
                self._origins.get(name, ("", ""))[1],
                self._warnings[name],
            )
            for name, module in self._manager.list_name_plugin()
        ]

    def modules(self) -> dict[str, object]:
        """The plugins in use by name: to have them again, with others."""
        return dict(self._manager.list_name_plugin())

    def extractors(self) -> tuple[tuple[str, str], ...]:
        """Name and module (or single file) of each plugin that reads a format: what the reading process has to load.

        Raises:
            PluginError: one is not an importable module, so that another process cannot have it.

        """
        return tuple(
            (name, _module_name(name, module))
            for name, module in self._manager.list_name_plugin()
            if any(caller.name == "kb_extract" for caller in self._manager.get_hookcallers(module) or [])
        )

    def template_folders(self) -> dict[str, Path]:
        """The ``templates/`` folders that plugins bring along, by plugin: a panel needs no blueprint to use its own."""
        folders: dict[str, Path] = {}
        for name, module in self._manager.list_name_plugin():
            file = getattr(module, "__file__", None)
            folder = Path(file).parent / "templates" if file else None
            if folder and folder.is_dir():
                folders[name] = folder
        return folders

    def sources(self, config: Config) -> tuple[Source, ...]:
        """All sources, by unique name."""
        return tuple(_unique(self._collect("kb_sources", Source, config=config), "取込元").values())

    def content_types(self) -> Mapping[str, ContentType]:
        """All content types by their names."""
        return _unique(self._collect("kb_content_types", ContentType), "資料の種類")

    def kinds(self, config: Config = NO_SETTINGS) -> Mapping[str, Kind]:
        """All kinds of annotations by their names."""
        return _unique(self._collect("kb_kinds", Kind, config=config), "注釈の種類")

    def thesaurus(self) -> tuple[Synonyms, ...]:
        """The vocabulary of all plugins."""
        return tuple(entry for _, entry in self._collect("kb_thesaurus", Synonyms))

    def views(self) -> tuple[View, ...]:
        """All views in the order of the navigation."""
        return tuple(sorted((view for _, view in self._collect("kb_views", View)), key=lambda view: view.order))

    def owners(self) -> Mapping[str, str]:
        """The plugin that brings a blueprint, by the blueprint's name."""
        return {view.blueprint.name: plugin for plugin, view in self._collect("kb_views", View)}

    def panels(self, place: PanelPlace) -> tuple[tuple[str, Panel], ...]:
        """The panels of one place with the names of their plugins, in order."""
        return tuple(sorted(self._collect("kb_panels", Panel, place=place), key=lambda pair: pair[1].order))

    def commands(self) -> tuple[tuple[str, click.Command], ...]:
        """All subcommands with the names of their plugins."""
        import click as _click  # noqa: PLC0415 - the web server does not need it

        return tuple(self._collect("kb_commands", _click.Command))

    def extract(self, file: File) -> Extraction | None:
        """What the first plugin that knows the format reads out of a file; None if none does.

        Raises:
            ExtractionError: the format is known, the file cannot be read.
            PluginError: a plugin broke down over it.

        """
        for call in self._calls("kb_extract"):
            extraction = self._contained(call, Extraction, file=file)
            if extraction is not None:
                return extraction
        return None

    def annotate(self, section: Section, document: Document, config: Config = NO_SETTINGS) -> tuple[Annotation, ...]:
        """All annotations of one section, in order of place.

        Raises:
            PluginError: a plugin broke down over it, or gave a span outside of the text.

        """
        found: list[Annotation] = []
        for call in self._calls("kb_annotate"):
            for annotation in self._contained(call, list, section=section, document=document, config=config) or ():
                _check_span(call.plugin, annotation, section)
                found.append(annotation)
        return tuple(sorted(found, key=lambda a: (a.where, a.start, a.end, a.kind, a.value)))

    def review(self, document: Document, sections: Sequence[Section], config: Config) -> tuple[Finding, ...]:
        """Everything in a document that somebody has to decide on, in order of place.

        Raises:
            PluginError: a plugin broke down over it, or gave a span that does not hold its evidence.

        """
        places = _places(document, sections)
        found: list[Finding] = []
        for call in self._calls("kb_review"):
            for finding in self._contained(call, list, document=document, sections=sections, config=config) or ():
                _check_evidence(call.plugin, finding, places)
                found.append(finding)
        order = {place: number for number, place in enumerate(places)}
        return tuple(sorted(found, key=lambda f: (order[f.section, f.where], f.start, f.end, f.kind)))

    def _contained(self, call: _Call, kind: type[T], **arguments: Any) -> T | None:
        """Call one implementation; whatever goes wrong in it is that plugin's, by name."""
        try:
            result = call(kind, arguments)
        except KbError:
            raise
        except MemoryError:
            raise  # the sandbox's limit, not a mistake of the plugin: the sandbox words it
        except Exception as error:
            log.exception("plugin %s raised in %s", call.plugin, call.hook)
            raise _broken(call, error) from error
        if result is not None and not isinstance(result, kind):
            given = type(result).__name__
            raise PluginError(
                call.plugin, f"{call.hook} は {kind.__name__} を返す約束ですが、{given} を返しました。", DISABLE_HINT
            )
        return result


def known(home: Path) -> set[str]:
    """The names of all plugins that are there, in use or not: those that are installed, and single files."""
    return {point.name for point in entry_points(group=GROUP)} | {p.stem for p in (home / single.FOLDER).glob("*.py")}


DISABLE_HINT = "プラグインの作者に知らせてください。設定 disabled_plugins で外すこともできます。"


def _import(point: EntryPoint) -> ModuleType:
    try:
        return importlib.import_module(point.value)
    except Exception as error:
        raise PluginError(point.name, f"読み込めません（{_name(error)}）。", DISABLE_HINT) from error


def load_module(where: str) -> ModuleType:
    """What ``Plugins.extractors`` names: an importable module, or a single file.

    Raises:
        PluginError: the single file cannot be run.

    """
    return single.load(Path(where)) if where.endswith(".py") else importlib.import_module(where)


def _broken(call: _Call, error: Exception) -> PluginError:
    reason = f"{call.hook} の実行中に例外が起きました（{_name(error)}）。"
    return PluginError(call.plugin, reason, DISABLE_HINT, call.hook)


def _module_name(plugin: str, module: object) -> str:
    name = getattr(module, "__name__", "")
    if single.is_single(module):
        return str(getattr(module, "__file__", ""))
    if not isinstance(module, ModuleType) or sys.modules.get(name) is not module:
        raise PluginError(
            plugin,
            "kb_extract は別のプロセスで動くので、import できるモジュールに書く必要があります。",
            "関数をモジュールの直下に置いてください。",
        )
    return name


def _name(error: Exception) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


Named = TypeVar("Named", Source, ContentType, Kind)


def _unique(
    pairs: Iterable[tuple[str, Named]], what: Literal["取込元", "資料の種類", "注釈の種類"]
) -> dict[str, Named]:
    by_name: dict[str, Named] = {}
    for plugin, value in pairs:
        if value.name in by_name:
            raise PluginError(
                plugin, f"{what}「{value.name}」は別のプラグインが既に使っています。", "別の名前を付けてください。"
            )
        by_name[value.name] = value
    return by_name


def _check_span(plugin: str, annotation: object, section: Section) -> None:
    if not isinstance(annotation, Annotation):
        given = type(annotation).__name__
        raise PluginError(
            plugin, f"kb_annotate は Annotation を返す約束ですが、{given} を返しました。", DISABLE_HINT, "kb_annotate"
        )
    text = section.heading if annotation.where == "heading" else section.text
    if len(annotation.value) > LONGEST_VALUE:
        reason = f"kb_annotate の値が{LONGEST_VALUE}字を超えています。"
        raise PluginError(plugin, reason, DISABLE_HINT, "kb_annotate")
    if not 0 <= annotation.start < annotation.end <= len(text):
        span = f"{annotation.start}:{annotation.end}"
        raise PluginError(
            plugin, f"kb_annotate の範囲 {span} が本文（{len(text)}字）の外です。", DISABLE_HINT, "kb_annotate"
        )


def _places(document: Document, sections: Sequence[Section]) -> dict[tuple[str, str], str]:
    """Where a finding may lie, in reading order: section id and part, and the words there."""
    places = {("", "title"): document.title}
    for section in sections:
        places |= {(section.id, "heading"): section.heading, (section.id, "text"): section.text}
    return places


def _check_evidence(plugin: str, finding: object, places: Mapping[tuple[str, str], str]) -> None:
    if not isinstance(finding, Finding):
        given = type(finding).__name__
        raise PluginError(
            plugin, f"kb_review は Finding を返す約束ですが、{given} を返しました。", DISABLE_HINT, "kb_review"
        )
    text = places.get((finding.section, finding.where))
    if text is None or not finding.evidence or text[finding.start : finding.end] != finding.evidence:
        span = f"{finding.start}:{finding.end}"
        raise PluginError(plugin, f"kb_review の範囲 {span} に、その語句がありません。", DISABLE_HINT, "kb_review")
