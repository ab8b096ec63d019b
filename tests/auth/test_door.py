"""Passwords, sessions, links, codes and keys, with a clock that the tests turn."""

import stat
import sys
from datetime import datetime, timedelta
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kb import config
from kb.auth import Accounts, Auth, codes, names, passwords
from kb.auth.attempts import PER_ADDRESS, PER_NAME
from kb.auth.secret import secret_key
from kb.errors import AccountError, ConfigError, TooManyError
from kb.model import EVERYTHING, OPERATOR, VISITOR, AccessClass, Role
from kb.store import tables
from kb.store.audit import AuditLog
from kb.store.database import open_database

pytestmark = pytest.mark.databases

PASSWORD = "雲雀が三羽 canal 42"
OTHER = "夕立のあとの wasabi"


class Clock:
    def __init__(self):
        self.time = datetime(2026, 4, 1, 9)  # noqa: DTZ001 - as the tables hold it

    def __call__(self):
        return self.time

    def pass_(self, **time):
        self.time += timedelta(**time)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def make(tmp_path, clock, database):
    engines = []

    def auth(**settings):
        engines.append(open_database(tmp_path, database))
        accounts = Accounts(engines[-1], clock)
        return Auth(accounts, AuditLog(engines[-1]), config.load(tmp_path, environ={}, overrides=settings))

    yield auth
    for engine in engines:
        engine.dispose()


@pytest.fixture
def auth(make):
    return make()


def secret_of(link):
    return link.path.rsplit("/", 1)[1]


def somebody(auth, name="山吹", role=Role.CSW):
    account, link = auth.invite(name, role, OPERATOR)
    assert account.state == "invited"
    return auth.take_up(secret_of(link), PASSWORD)


# -------------------------------------------------------------------------------------------------------- sessions


def test_a_session_is_its_accounts_until_it_is_ended(auth):
    somebody(auth)
    id_ = auth.sign_in("山吹", PASSWORD, agent="Firefox")
    found = auth.session(id_)
    assert (found.account.name, found.account.role, found.agent) == ("山吹", Role.CSW, "Firefox")
    auth.sign_out(id_)
    assert auth.session(id_) is None


def test_each_sign_in_has_an_id_of_its_own_which_the_database_does_not_hold(auth):
    somebody(auth)
    ids = {auth.sign_in("山吹", PASSWORD) for _ in range(3)}
    assert len(ids) == 3
    with auth.accounts._engine.connect() as connection:
        everything = str([connection.execute(select(table)).all() for table in tables.metadata.sorted_tables])
    assert "山吹" in everything
    assert not [id_ for id_ in ids if id_ in everything]
    assert PASSWORD not in everything


@pytest.mark.parametrize(
    "end",
    [
        lambda auth, account: auth.accounts.disable(account.id, OPERATOR),
        lambda auth, account: auth.accounts.set_role(account.id, Role.READER, OPERATOR),
        lambda auth, account: auth.change_password(account, PASSWORD, OTHER),
        lambda auth, account: auth.take_up(secret_of(auth.link(account, OPERATOR)), OTHER),
    ],
    ids=["disabled", "another role", "another password", "reset"],
)
def test_whatever_changes_an_account_ends_its_sessions_at_once(auth, end):
    account, other = somebody(auth), somebody(auth, "若葉")
    ids, kept = [auth.sign_in("山吹", PASSWORD) for _ in range(2)], auth.sign_in("若葉", PASSWORD)
    end(auth, account)
    assert [auth.session(id_) for id_ in ids] == [None, None]
    assert auth.session(kept).account.id == other.id


def test_a_session_ends_when_it_is_not_used_and_at_the_end_of_the_day(make, clock):
    auth = make(session_hours=2, session_idle_minutes=30)
    somebody(auth)
    idle, used = auth.sign_in("山吹", PASSWORD), auth.sign_in("山吹", PASSWORD)
    for _ in range(5):
        clock.pass_(minutes=20)
        assert auth.session(used) is not None
    assert auth.session(idle) is None
    clock.pass_(minutes=20)
    assert auth.session(used) is None
    assert auth.sessions(auth.find("山吹")) == []


def test_a_clock_that_is_set_prolongs_no_session_and_a_corrected_one_ends_none(auth, clock):
    account = somebody(auth)
    id_ = auth.sign_in("山吹", PASSWORD)
    for hours in (-24, 24):
        clock.pass_(hours=hours)
        assert auth.session(id_) is None
        assert auth.sessions(account) == []
        clock.pass_(hours=-hours)
        assert auth.session(id_) is not None
    clock.pass_(minutes=-4)
    assert auth.session(id_) is not None


def test_one_can_end_ones_other_sessions(auth):
    account = somebody(auth)
    here, there = auth.sign_in("山吹", PASSWORD), auth.sign_in("山吹", PASSWORD)
    assert len(auth.sessions(account)) == 2
    assert auth.accounts.sign_out_others(account, auth.session(here).hash) == 1
    assert auth.session(there) is None
    assert auth.session(here) is not None


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("山吹", OTHER),
        ("誰もいない", PASSWORD),
        ("停止中", PASSWORD),
        ("招待中", PASSWORD),
        ("", ""),
        ("山吹", "あ" * 100_000),
    ],
)
def test_every_refusal_is_in_the_same_words(auth, name, password):
    somebody(auth)
    auth.accounts.disable(somebody(auth, "停止中").id, OPERATOR)
    auth.invite("招待中", Role.READER, OPERATOR)
    with pytest.raises(AccountError) as error:
        auth.sign_in(name, password)
    assert str(error.value) == "ログイン：名前かパスワードが違います。確かめて、もう一度入力してください。"


def test_a_refusal_takes_a_hash_whether_or_not_there_is_such_an_account(auth, monkeypatch):
    somebody(auth)
    hashed = []
    monkeypatch.setattr(passwords, "matches", lambda kept, password: hashed.append(password) or False)
    for name in ("山吹", "誰もいない"):
        with pytest.raises(AccountError):
            auth.sign_in(name, PASSWORD)
    assert hashed == [PASSWORD, PASSWORD]


def test_an_account_that_is_disabled_while_it_signs_in_gets_no_session(auth, monkeypatch):
    account = somebody(auth)
    real = passwords.matches

    def meanwhile(kept, password):
        auth.accounts.disable(account.id, OPERATOR)
        return real(kept, password)

    monkeypatch.setattr(passwords, "matches", meanwhile)
    with pytest.raises(AccountError):
        auth.sign_in("山吹", PASSWORD)
    assert auth.sessions(account) == []


def test_what_was_typed_as_a_name_is_only_written_down_if_there_is_such_an_account(auth):
    somebody(auth)
    for name in ("山吹", "うっかり入れたパスワード"):
        with pytest.raises(AccountError):
            auth.sign_in(name, OTHER, address="192.0.2.7")
    entries = auth.log.entries(actions=["login.failed"])
    assert [entry.subject for entry in entries] == ["", "山吹"]
    assert entries[0].detail == {"address": "192.0.2.7"}


# -------------------------------------------------------------------------------------------------------- attempts


def test_too_many_attempts_on_an_account_are_refused_also_with_the_right_password(auth):
    somebody(auth)
    for number in range(PER_NAME.amount):
        with pytest.raises(AccountError, match="違います"):
            auth.sign_in("山吹", OTHER, address=f"192.0.2.{number}")
    with pytest.raises(TooManyError, match="15分待って"):
        auth.sign_in(" 山吹 ", PASSWORD, address="192.0.2.99")


def test_an_account_that_there_is_not_is_counted_alike(auth):
    for _ in range(PER_NAME.amount):
        with pytest.raises(AccountError, match="違います"):
            auth.sign_in("誰もいない", OTHER)
    with pytest.raises(TooManyError):
        auth.sign_in("誰もいない", OTHER)


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::{n:x}"])
def test_too_many_attempts_from_one_address_or_network_are_refused(auth, monkeypatch, address):
    monkeypatch.setattr(passwords, "matches", lambda *_: False)
    for n in range(PER_ADDRESS.amount):
        with pytest.raises(AccountError, match="違います"):
            auth.sign_in(f"名前{n}", OTHER, address=address.format(n=n))
    with pytest.raises(TooManyError):
        auth.sign_in("もう一人", OTHER, address=address.format(n=0xFFFF))


def test_a_good_sign_in_forgets_the_mistypings_before_it(auth):
    somebody(auth)
    for _ in range(3):
        for _ in range(PER_NAME.amount - 1):
            with pytest.raises(AccountError, match="違います"):
                auth.sign_in("山吹", OTHER)
        assert auth.sign_in("山吹", PASSWORD)


# ----------------------------------------------------------------------------------------------------------- links


def test_a_link_works_once(auth):
    account, link = auth.invite("山吹", Role.READER, OPERATOR)
    assert auth.linked(secret_of(link)) == account
    auth.take_up(secret_of(link), PASSWORD)
    with pytest.raises(AccountError, match="このリンクは使えません"):
        auth.take_up(secret_of(link), OTHER)
    assert auth.sign_in("山吹", PASSWORD)


def test_of_two_who_use_a_link_at_a_time_one_wins(auth):
    _, link = auth.invite("山吹", Role.READER, OPERATOR)
    done = []

    def use(password):
        try:
            auth.take_up(secret_of(link), password)
            done.append(password)
        except AccountError:
            pass

    threads = [Thread(target=use, args=(f"{number}番目の合言葉は銀杏並木",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (password,) = done
    assert auth.sign_in("山吹", password)


def test_a_new_link_ends_the_one_before(auth):
    account, first = auth.invite("山吹", Role.READER, OPERATOR)
    second = auth.link(account, OPERATOR)
    with pytest.raises(AccountError):
        auth.linked(secret_of(first))
    assert auth.linked(secret_of(second)) == account


@pytest.mark.parametrize(("has_password", "hours", "label"), [(False, 7 * 24, "7日以内"), (True, 24, "24時間以内")])
def test_an_invitation_lasts_a_week_and_a_reset_a_day(auth, clock, has_password, hours, label):
    account = somebody(auth) if has_password else auth.invite("山吹", Role.READER, OPERATOR)[0]
    link = auth.link(account, OPERATOR)
    assert link.label == label
    clock.pass_(hours=hours, seconds=-1)
    auth.linked(secret_of(link))
    clock.pass_(seconds=1)
    with pytest.raises(AccountError):
        auth.linked(secret_of(link))


def test_the_first_administrator_is_made_once_by_the_newest_link(auth, clock):
    old, link = auth.setup_link(), auth.setup_link()
    with pytest.raises(AccountError):
        auth.set_up(secret_of(old), "山吹", PASSWORD)
    clock.pass_(hours=23)
    account = auth.set_up(secret_of(link), "山吹", PASSWORD)
    assert (account.role, account.state) == (Role.ADMIN, "active")
    assert auth.setup_link() is None
    with pytest.raises(AccountError):
        auth.set_up(secret_of(link), "若葉", PASSWORD)


def test_the_setup_link_ends_after_a_day_and_where_there_is_an_administrator(auth, clock):
    link = auth.setup_link()
    clock.pass_(hours=24)
    with pytest.raises(AccountError):
        auth.set_up(secret_of(link), "山吹", PASSWORD)
    link = auth.setup_link()
    somebody(auth, "若葉", Role.ADMIN)
    with pytest.raises(AccountError):
        auth.set_up(secret_of(link), "山吹", PASSWORD)


def test_a_link_of_one_kind_is_none_of_the_other(auth):
    setup = auth.setup_link()
    _, join = auth.invite("山吹", Role.READER, OPERATOR)
    with pytest.raises(AccountError):
        auth.take_up(secret_of(setup), PASSWORD)
    with pytest.raises(AccountError):
        auth.set_up(secret_of(join), "若葉", PASSWORD)


# -------------------------------------------------------------------------------------------------------- accounts


@pytest.mark.parametrize(
    "change", [lambda a, n: a.disable(n, OPERATOR), lambda a, n: a.set_role(n, Role.STAFF, OPERATOR)]
)
def test_the_last_administrator_stays(auth, change):
    last = somebody(auth, "山吹", Role.ADMIN)
    auth.invite("若葉", Role.ADMIN, OPERATOR)  # cannot sign in yet
    id_ = auth.sign_in("山吹", PASSWORD)
    with pytest.raises(AccountError, match="管理者が一人もいなくなります"):
        change(auth.accounts, last.id)
    assert auth.find("山吹") == last
    assert auth.session(id_) is not None
    assert not auth.log.entries(actions=["user.disable", "user.role"])


def test_an_account_can_be_used_again(auth):
    account = somebody(auth)
    auth.accounts.disable(account.id, OPERATOR)
    with pytest.raises(AccountError, match="停止中"):
        auth.link(auth.find("山吹"), OPERATOR)
    auth.accounts.enable(account.id, OPERATOR)
    assert auth.sign_in("山吹", PASSWORD)


def test_every_change_is_in_the_log_with_who_made_it(auth):
    account = somebody(auth)
    auth.accounts.set_role(account.id, Role.STAFF, OPERATOR)
    auth.accounts.disable(account.id, OPERATOR)
    auth.accounts.enable(account.id, OPERATOR)
    auth.new_token(account, None, OPERATOR)
    entries = [(entry.actor, entry.action, entry.subject) for entry in auth.log.entries()][::-1]
    assert entries == [
        ("kb", "user.add", "山吹"),
        ("kb", "user.link", "山吹"),
        ("山吹", "user.password", "山吹"),
        ("kb", "user.role", "山吹"),
        ("kb", "user.disable", "山吹"),
        ("kb", "user.enable", "山吹"),
        ("kb", "user.token", "山吹"),
    ]


@pytest.mark.parametrize("name", ["Ｙａｍａｂｕｋｉ", "YAMABUKI", " yamabuki "])
def test_names_that_look_alike_are_one(auth, name):
    somebody(auth, "yamabuki")
    with pytest.raises(AccountError, match="既にあります"):
        auth.invite(name, Role.READER, OPERATOR)
    assert auth.sign_in(name, PASSWORD)


@pytest.mark.parametrize("name", ["", "　", "あ" * 61, "山\u200b吹", "山\u202e吹", "kb", "ＫＢ"])
def test_a_name_that_cannot_be_read_or_told_apart_is_refused(auth, name):
    with pytest.raises(AccountError):
        auth.invite(name, Role.READER, OPERATOR)
    assert auth.accounts.all() == []


@given(st.text(max_size=80))
def test_a_name_that_is_kept_is_found_again(text):
    try:
        kept = names.checked(text)
    except AccountError:
        return
    assert names.checked(kept) == kept
    assert names.key(kept) == names.key(text)


# ------------------------------------------------------------------------------------------------------- passwords


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("みじかい", "短すぎます（4字）"),
        ("あ" * 201, "長すぎます"),
        ("shakyou-yamabuki-2026", "名前が含まれています"),
        ("ＹＡＭＡＢＵＫＩのひみつの花園", "名前が含まれています"),
        *((easy, "推測しやすい") for easy in ("Password1234!", "qwertyuiop12", "123456789012", "aaaaaaaaaaaaaa")),
        *(
            (easy, "推測しやすい")
            for easy in ("passwordpassword", "社会福祉協議会2026年", "abcdefghijklmn", "！！！！！！！！！！！！")
        ),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused_with_the_reason(password, reason):
    with pytest.raises(AccountError, match=reason):
        passwords.checked(password, "Yamabuki")


@pytest.mark.parametrize(
    "password", [PASSWORD, "correct horse battery", "きょうの夕飯はさんま定食", "a" * 6 + "bcdefg" + "x" * 100]
)
def test_a_long_password_is_good_without_special_signs(password):
    kept = passwords.hashed(passwords.checked(password, "山吹"))
    assert kept.startswith("$argon2id$")
    assert passwords.matches(kept, password)
    assert not passwords.matches(kept, password + " ")


def test_a_password_is_the_same_on_every_keyboard():
    kept = passwords.hashed(passwords.checked("ﾊﾟﾝとコーヒーと朝の新聞", "山吹"))
    assert passwords.matches(kept, "パンとコーヒーと朝の新聞")


def test_nothing_matches_where_there_is_no_password():
    assert not passwords.matches(None, "nobody has this password")


# ------------------------------------------------------------------------------------------------- codes and tokens


def test_one_time_codes_are_asked_for_once_set_up_and_work_once(make, clock):
    auth = make(totp=True)
    account, kept = somebody(auth), codes.new()
    with pytest.raises(AccountError, match="確認コードが違います"):
        auth.confirm_totp(account, kept, "000000")
    auth.confirm_totp(account, kept, codes.code(auth.key, kept, clock()))
    clock.pass_(minutes=1)
    code = codes.code(auth.key, kept, clock())
    for wrong in ("", "000000", "コード"):
        with pytest.raises(AccountError, match="名前かパスワードが違います"):
            auth.sign_in("山吹", PASSWORD, wrong)
    assert auth.sign_in("山吹", PASSWORD, f" {code[:3]} {code[3:]}")
    with pytest.raises(AccountError, match="名前かパスワードが違います"):
        auth.sign_in("山吹", PASSWORD, code)
    with pytest.raises(AccountError, match="今のパスワード"):
        auth.forget_totp(auth.find("山吹"), OTHER)
    auth.forget_totp(auth.find("山吹"), PASSWORD)
    assert auth.sign_in("山吹", PASSWORD)


def test_whoever_has_lost_their_phone_gets_in_by_a_reset(make, clock):
    auth, kept = make(totp=True), codes.new()
    account = somebody(auth)
    auth.confirm_totp(account, kept, codes.code(auth.key, kept, clock()))
    auth.take_up(secret_of(auth.link(account, OPERATOR)), OTHER)
    assert auth.sign_in("山吹", OTHER)


@pytest.mark.parametrize(("seconds", "good"), [(-60, False), (-30, True), (30, True), (90, False)])
def test_a_clock_may_be_half_a_minute_off(make, clock, seconds, good):
    auth, kept = make(totp=True), codes.new()
    code = codes.code(auth.key, kept, clock() + timedelta(seconds=seconds))
    assert bool(codes.step_of(auth.key, kept, code, clock())) is good


def test_codes_cannot_be_made_from_the_database_alone(auth, clock):
    kept = codes.new()
    assert codes.secret(auth.key, kept) != codes.secret(b"another key", kept)


def test_a_token_acts_for_its_account_with_the_role_of_the_day(auth, clock):
    account = somebody(auth, role=Role.READER)
    forever, week = auth.new_token(account, None, OPERATOR), auth.new_token(account, 7, OPERATOR)
    assert auth.bearer(week).role == Role.READER
    auth.accounts.set_role(account.id, Role.STAFF, OPERATOR)
    assert auth.bearer(week).role == Role.STAFF
    clock.pass_(days=7)
    assert auth.bearer(week) == VISITOR
    assert auth.bearer(forever).name == "山吹"
    assert auth.bearer("guessed") == auth.bearer("") == VISITOR
    assert auth.accounts.end_tokens(account, OPERATOR) == 2
    assert auth.bearer(forever) == VISITOR


def test_a_token_that_may_only_read_does_nothing_and_knows_of_its_classes_alone(auth):
    account = somebody(auth, role=Role.STAFF)
    both = frozenset({AccessClass.PUBLIC, AccessClass.CASES})
    program = auth.bearer(auth.new_token(account, None, OPERATOR, both))
    assert (program.name, program.access) == ("山吹", both)
    assert not program.covers(Role.CSW)
    assert auth.accounts.all()[0].actor.access == EVERYTHING


def test_a_token_knows_of_nothing_that_its_account_may_not_know_of_any_more(auth):
    account = somebody(auth, role=Role.CSW)
    token = auth.new_token(account, None, OPERATOR, frozenset({AccessClass.MEMBERS, AccessClass.CASES}))
    auth.accounts.set_role(account.id, Role.READER, OPERATOR)
    assert auth.bearer(token).access == {AccessClass.MEMBERS}


def test_no_token_reads_more_than_its_account(auth):
    account = somebody(auth, role=Role.READER)
    for reads in ({AccessClass.CASES}, {AccessClass.PUBLIC, AccessClass.CASES}, set()):
        with pytest.raises(AccountError, match="読めない公開範囲"):
            auth.new_token(account, None, OPERATOR, frozenset(reads))


def test_a_disabled_account_has_no_tokens_also_afterwards(auth):
    account = somebody(auth)
    token = auth.new_token(account, None, OPERATOR)
    auth.accounts.disable(account.id, OPERATOR)
    assert auth.bearer(token) == VISITOR
    auth.accounts.enable(account.id, OPERATOR)
    assert auth.bearer(token) == VISITOR


# ------------------------------------------------------------------------------------------------------ secret key


def test_the_secret_key_is_made_once_and_is_nobody_elses(tmp_path):
    key = secret_key(tmp_path / "store")
    assert secret_key(tmp_path / "store") == key
    assert len(key) == 32
    path = tmp_path / "store" / "secret"
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret"]
    assert secret_key(tmp_path / "other") != key


def test_a_broken_key_is_named_and_not_replaced(tmp_path):
    (tmp_path / "secret").write_bytes(b"short")
    with pytest.raises(ConfigError, match="秘密の鍵が壊れています"):
        secret_key(tmp_path)
    assert (tmp_path / "secret").read_bytes() == b"short"
