"""``kb user``: accounts from the command line."""

import json
import re

import pytest

from kb.auth import opened
from kb.cli import main
from kb.cli.session import Session
from kb.cli.users import first_steps
from kb.config import load
from kb.model import Role

PASSWORD = "雲雀が三羽 canal 42"


@pytest.fixture
def kb(tmp_path, capsys):
    """Runs ``kb user``; gives exit code, stdout and stderr."""

    def run(*arguments):
        with pytest.raises(SystemExit) as exit_:
            main(["--data", str(tmp_path), "user", *arguments])
        captured = capsys.readouterr()
        return exit_.value.code, captured.out, captured.err

    return run


@pytest.fixture
def auth(tmp_path):
    with opened(load(tmp_path, environ={})) as found:
        yield found


def link_in(out):
    return re.search(r"^http://127\.0\.0\.1:8000/join/(\S+)$", out, re.MULTILINE)[1]


def test_add_prints_the_invitation_by_which_one_chooses_a_password(kb, auth):
    code, out, _ = kb("add", "山吹", "--role", "staff")
    assert code == 0
    assert "7日以内、1回だけ" in out
    account = auth.take_up(link_in(out), PASSWORD)
    assert (account.name, account.role.value) == ("山吹", "staff")


def test_list_for_people_and_for_programs(kb, auth):
    assert "アカウントはまだありません" in kb("list")[1]
    kb("add", "若葉")
    auth.take_up(link_in(kb("add", "山吹", "--role", "admin")[1]), PASSWORD)
    assert re.search(r"使用中\s+admin（管理者）\s+山吹", kb("list")[1])
    rows = json.loads(kb("list", "--json")[1])
    assert {row["name"]: (row["role"], row["state"]) for row in rows} == {
        "山吹": ("admin", "active"),
        "若葉": ("reader", "invited"),
    }
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}Z", row["created"]) for row in rows)
    assert "password" not in kb("list", "--json")[1]


def test_role_disable_enable_and_a_new_link(kb, auth):
    auth.take_up(link_in(kb("add", "山吹")[1]), PASSWORD)
    assert "山吹（相談員）" in kb("role", "山吹", "csw")[1]
    id_ = auth.sign_in("山吹", PASSWORD)
    assert kb("disable", "山吹")[0] == 0
    assert auth.session(id_) is None
    code, _, err = kb("link", "山吹")
    assert (code, "停止中" in err) == (9, True)
    assert kb("enable", "山吹")[0] == 0
    code, out, _ = kb("link", "山吹")
    assert "24時間以内" in out
    auth.take_up(link_in(out), PASSWORD)


def test_token_prints_nothing_but_the_token_once(kb, auth):
    kb("add", "取込係", "--role", "staff")
    code, out, _ = kb("token", "取込係", "--days", "30")
    assert code == 0
    assert auth.bearer(out.strip()).name == "取込係"
    assert "1件" in kb("token", "取込係", "--end")[1]
    assert auth.bearer(out.strip()).name == ""


def test_a_token_for_reading_some_classes(kb, auth):
    kb("add", "読み上げ係", "--role", "csw")
    code, out, _ = kb("token", "読み上げ係", "--read", "public", "--read", "cases")
    program = auth.bearer(out.strip())
    assert (code, program.access, program.role) == (0, {"public", "cases"}, Role.READER)
    (entry,) = auth.log.entries(actions=["user.token"])
    assert entry.detail == {"reads": "cases,public"}
    kb("add", "会員の係")
    code, _, err = kb("token", "会員の係", "--read", "cases")
    assert (code, "読めない公開範囲" in err) == (9, True)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("disable", "誰もいない"), 9, "この名前のアカウントはありません"),
        (("add", ""), 9, "名前が空です"),
        (("add", "山吹", "--role", "king"), 2, "--role の値が使えません"),
        (("role", "山吹"), 2, "役割 を指定してください"),
        (("token", "山吹", "--days", "0"), 2, "--days の値が使えません"),
    ],
)
def test_mistakes_are_said_in_japanese_with_an_exit_code(kb, arguments, code, words):
    got, _, err = kb(*arguments)
    assert got == code
    assert words in err
    assert "Traceback" not in err


def test_help_is_japanese(kb):
    code, out, _ = kb("--help")
    assert code == 0
    assert "アカウントを追加・変更します" in out
    assert "Options" not in out


def test_the_server_shows_the_way_to_the_first_account_until_there_is_one(tmp_path, capsys, auth):
    announce = first_steps(Session(tmp_path))
    announce("http://127.0.0.1:9999")
    out = capsys.readouterr().out
    assert "最初の管理者" in out
    secret = re.search(r"^http://127\.0\.0\.1:9999/setup/(\S+)$", out, re.MULTILINE)[1]
    auth.set_up(secret, "山吹", PASSWORD)
    announce("http://127.0.0.1:9999")
    assert capsys.readouterr().out == ""


def test_links_are_on_the_public_name_of_the_server(kb, monkeypatch):
    monkeypatch.setenv("KB_HOSTS", "kb.example.jp")
    monkeypatch.setenv("KB_HTTPS", "true")
    assert re.search(r"^https://kb\.example\.jp/join/\S+$", kb("add", "山吹")[1], re.MULTILINE)
