"""Click in Japanese: help pages and usage errors in words that staff understand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click
from click.exceptions import NoSuchCommand


class _Japanese:
    """Japanese headings for the help of a command; mixed into click's own classes."""

    def format_usage(self: Any, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """「使い方」 in place of Usage."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="使い方: ")

    def collect_usage_pieces(self: Any, ctx: click.Context) -> list[str]:
        """The pieces of the usage line, with Japanese placeholders."""
        placeholders = {"[OPTIONS]": "[オプション]", "COMMAND [ARGS]...": "コマンド [引数]..."}
        return [placeholders.get(piece, piece) for piece in super().collect_usage_pieces(ctx)]  # type: ignore[misc]

    def format_options(self: Any, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """「オプション」 in place of Options, and the commands of a group."""
        options = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)]
        records = [record for option in options if (record := option.get_help_record(ctx))]
        if records:
            with formatter.section("オプション"):
                formatter.write_dl(records)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)

    def get_help_option(self: Any, ctx: click.Context) -> click.Option | None:
        """``--help`` with a Japanese text."""
        option: click.Option | None = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "この説明を表示して終わります。"
        return option


class Command(_Japanese, click.Command):
    """A command with Japanese help."""


#: What makes a command, but for its class.
_PARTS = (
    *("name", "context_settings", "callback", "params", "help", "epilog", "short_help"),
    *("add_help_option", "no_args_is_help", "hidden", "deprecated"),
)


def with_japanese_help(command: click.Command) -> click.Command:
    """A plugin's command with help like the core's; a subclass of the plugin's own is left as it is."""
    return Command(**{part: getattr(command, part) for part in _PARTS}) if type(command) is click.Command else command


class Group(_Japanese, click.Group):
    """A group of commands with Japanese help."""

    command_class = Command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """「コマンド」 in place of Commands."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, command.get_short_help_str(60)) for name, command in commands if command and not command.hidden]
        if rows:
            with formatter.section("コマンド"):
                formatter.write_dl(rows)


def explain(error: click.ClickException) -> str:
    """A usage error in Japanese: what was wrong, and where to read on."""
    sentence = _sentence(error)
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"「{context.command_path} --help」で使い方を表示します。" if context else ""
    return f"{sentence}{hint}"


def _sentence(error: click.ClickException) -> str:  # noqa: PLR0911 - a table, one row for each kind of error
    match error:
        case click.NoSuchOption():
            return f"{error.option_name} というオプションはありません。{_suggest(error.possibilities)}"
        case click.MissingParameter():
            return f"{'・'.join(_names(error.param))} を指定してください。"
        case click.BadParameter():
            return f"{'・'.join(_names(error.param))} の値が使えません（{error.message}）。"
        case click.BadOptionUsage():
            return f"{error.option_name} の使い方が違います（値が要るか、値を付けられないオプションです）。"
        case click.FileError():
            return f"{error.ui_filename} を開けません（{error.message}）。"
        case NoSuchCommand():
            return f"{error.command_name} というコマンドはありません。{_suggest(error.possibilities)}"
        case click.UsageError() if "unexpected extra argument" in error.message:
            return f"引数が多すぎます（{error.message.split('(')[-1].rstrip(').')}）。"
        case _:
            return error.message


def _names(parameter: click.Parameter | None) -> Iterator[str]:
    if parameter is None:
        return
    yield (
        parameter.opts[0]
        if isinstance(parameter, click.Option)
        else parameter.make_metavar(click.Context(Command("kb")))
    )


def _suggest(possibilities: Sequence[str] | None) -> str:
    return f"{'、'.join(possibilities)} のことですか。" if possibilities else ""
