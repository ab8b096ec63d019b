"""Settings: where they come from, in which order, and what a wrong one says."""

import pytest

from kb.config import load
from kb.errors import ConfigError


def test_defaults(tmp_path):
    config = load(tmp_path, environ={})
    assert (config.host, config.port, config.engine) == ("127.0.0.1", 8000, "whoosh")
    assert config.store == tmp_path / "documents" / ".store"


def test_command_line_beats_environment_beats_file(tmp_path):
    (tmp_path / "kb.toml").write_text('port = 1111\nper_page = 30\nhost = "0.0.0.0"\n')
    environ = {"KB_PORT": "2222", "KB_PER_PAGE": "40"}
    config = load(tmp_path, environ=environ, overrides={"port": 3333, "host": None})
    assert (config.port, config.per_page, config.host) == (3333, 40, "0.0.0.0")


def test_data_folder_by_environment(tmp_path):
    assert load(environ={"KB_DATA": str(tmp_path)}).home == tmp_path


def test_lists_by_comma(tmp_path):
    assert load(tmp_path, environ={"KB_DISABLED_PLUGINS": "kb_dates, kb_welfare"}).disabled_plugins == (
        "kb_dates",
        "kb_welfare",
    )


@pytest.mark.parametrize("value", ["eighty", "-1", "70000", ""])
def test_unusable_value_names_setting_and_what_is_expected(tmp_path, value):
    with pytest.raises(ConfigError, match=r"環境変数の KB_PORT.*0から65535までの整数"):
        load(tmp_path, environ={"KB_PORT": value})


def test_unknown_setting_is_refused_with_the_known_ones(tmp_path):
    (tmp_path / "kb.toml").write_text("prot = 80\n")
    with pytest.raises(ConfigError, match=r"prot という設定はありません.*port"):
        load(tmp_path, environ={})


@pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe"])
def test_unreadable_file_is_named(tmp_path, content):
    (tmp_path / "kb.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=r"kb\.toml：設定ファイルを読めません"):
        load(tmp_path, environ={})
