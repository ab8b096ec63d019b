"""What the commands of one run share: the data folder, the settings, the library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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

    def config(self) -> Config:
        """The settings, resolved."""
        return config.load(self.home, overrides=self.overrides)

    @contextmanager
    def library(self) -> Iterator[Library]:
        """The library in the data folder of this run.

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
        with Library(settings) as library:
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


json_option = click.option("--json", "as_json", is_flag=True, help="JSONで出力します。")
