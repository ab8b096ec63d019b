"""What the commands of one run share: the data folder, the settings, the library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from kb import config
from kb.errors import ConfigError
from kb.library import Library
from kb.model import EVERYTHING, Config
from kb.reader import Reader


@dataclass
class Session:
    """What the commands of one run share: the settings given so far."""

    home: Path | None = None
    overrides: dict[str, Any] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    """Plugins that are left out in this run, besides those of the settings."""

    def config(self) -> Config:
        """The settings, resolved."""
        found = config.load(self.home, overrides=self.overrides)
        return replace(found, disabled_plugins=tuple(dict.fromkeys((*found.disabled_plugins, *self.without))))

    @contextmanager
    def library(self, *, catching_up: bool = True) -> Iterator[Library]:
        """The library in the data folder of this run; see ``Library``.

        Raises:
            ConfigError: the data folder cannot be used.

        """
        settings = self.config()
        try:
            settings.store.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            hint = "--data か KB_DATA で、書き込めるフォルダーを指定してください。"
            raise ConfigError(
                str(settings.home), f"データを置くフォルダーに書き込めません（{error.strerror}）。", hint
            ) from error
        with Library(settings, catching_up=catching_up) as library:
            yield library

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Everything in the data folder: whoever can run this command can read the files themselves."""
        with self.library() as library:
            yield library.reader(EVERYTHING)


def _set_home(ctx: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.ensure_object(Session).home = value


def data_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--data`` before or after the command, as people type it."""
    return click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="フォルダー",
        callback=_set_home,
        expose_value=False,
        help="documents/ と search_index/ を置くフォルダー（環境変数 KB_DATA でも指定できます）。",
    )(function)


def _set_safe(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Session).overrides["safe_mode"] = True


def _set_without(ctx: click.Context, _parameter: click.Parameter, value: Sequence[str]) -> None:
    if value:
        ctx.ensure_object(Session).without = tuple(value)


def plugin_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--no-plugins`` and ``--without``: for whoever has a plugin that is in the way."""
    without = click.option(
        "--without",
        multiple=True,
        metavar="名前",
        callback=_set_without,
        expose_value=False,
        help="このプラグインを使わずに始めます（何度でも書けます）。",
    )
    safe = click.option(
        "--no-plugins",
        is_flag=True,
        callback=_set_safe,
        expose_value=False,
        help="プラグインを一つも使わず、検索と閲覧だけで始めます（安全モード）。",
    )
    return safe(without(function))


def foreseen(arguments: Sequence[str]) -> Session:
    """What the arguments say of the data folder and of plugins: which commands there are depends on it."""

    @data_option
    @plugin_options
    def nothing() -> None:
        """Only to be parsed."""

    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    command = click.command(context_settings=settings, add_help_option=False)(nothing)
    context = command.make_context("kb", list(arguments), resilient_parsing=True, obj=Session())
    found: Session = context.obj
    return found


json_option = click.option("--json", "as_json", is_flag=True, help="JSONで出力します。")
