"""The list of feeds that staff keep: what it may say, and what they are told where it is wrong."""

import re
from pathlib import Path

import pytest

from kb import Config, SourceError
from kb.plugins import Plugins
from kb_feeds import kb_sources

GOOD = '[[feeds]]\nname = "みどり県社協"\nurl = "https://www.example.jp/feed.xml"\n'


def told(source):
    with pytest.raises(SourceError) as caught:
        source.items()
    assert source.label == caught.value.subject == "フィードとWebページ"
    assert caught.value.fix
    return caught.value.reason


def test_no_list_no_sources(tmp_path):
    assert kb_sources(Config(home=tmp_path)) == []


def test_each_entry_is_a_source_of_a_stable_name(listed):
    first = listed(f'{GOOD}minutes = 15\n\n{GOOD.replace("feed.xml", "2.xml")}id = "wakaba"\n')
    assert [source.minutes for source in first] == [15, 60]
    assert first[1].name == "feed-wakaba"
    again = listed(GOOD)
    assert again[0].name == first[0].name
    assert again[0].label == "みどり県社協"


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ('name = "名"', "url がありません"),
        ('url = "https://www.example.jp/"', "name がありません"),
        ('name = ""\nurl = "https://www.example.jp/"', "name の値 '' は使えません"),
        ('name = "名"\nurl = "ftp://www.example.jp/"', "http か https"),
        ('name = "名"\nurl = "https://me:pw@www.example.jp/"', "利用者名やパスワード"),
        ('name = "名"\nurl = "https:///x"', "ホスト名"),
        ('name = "名"\nurl = "https://www.example.jp:99999/"', "書き方に誤り"),
        ('name = "名"\nurl = "https://[::1%25x]/"', "アドレスの書き方"),
        ('name = "名"\nurl = "https://[::1::2]/"', "書き方に誤り"),
        ('name = "名"\nurl = "https://www..example.jp/"', "ホスト名"),
        ('name = "名"\nurl = "https://a b.example.jp/"', "ホスト名"),
        (f'name = "名"\nurl = "https://www.example.jp/{"x" * 2_000}"', "2,000字まで"),
        ('name = "名"\nurl = "https://www.example.jp/"\nkind = "rss"', '"feed"、"page" のどれか'),
        ('name = "名"\nurl = "https://www.example.jp/"\naccess = "secret"', "access の値"),
        ('name = "名"\nurl = "https://www.example.jp/"\nminutes = 1', "5から44640までの整数"),
        ('name = "名"\nurl = "https://www.example.jp/"\nminutes = true', "minutes の値"),
        ('name = "名"\nurl = "https://www.example.jp/"\nprunes = "yes"', "true か false"),
        ('name = "名"\nurl = "https://www.example.jp/"\nkind = "page"\nprunes = true', "kind が feed のときだけ"),
        ('name = "名"\nurl = "https://www.example.jp/"\ninterval = 5', "interval という項目はありません"),
        ('name = "名"\nurl = "https://www.example.jp/"\nid = "みどり"', "英小文字"),
        ('name = "名"\nurl = "https://www.example.jp/feed.xml"', "「みどり県社協」と同じ"),
    ],
)
def test_wrong_entry_is_told_and_loses_no_other(listed, entry, reason):
    good, wrong = listed(f"{GOOD}\n[[feeds]]\n{entry}\n")
    assert good.label == "みどり県社協"
    assert "2番目：" in told(wrong)
    assert reason in told(wrong)
    assert "me:pw" not in told(wrong)


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        ("[[feeds]", "書き方に誤り"),
        ("feeds = 3", "feeds の値 3 は使えません"),
        ('internal_hosts = "x"', "internal_hosts の値"),
        ("feed = []", "feed という項目はありません"),
    ],
)
def test_wrong_file_is_told_by_a_source_and_does_not_keep_the_server_from_starting(listed, toml, reason):
    (source,) = listed(toml)
    assert reason in told(source)


def test_list_in_another_encoding_is_told(listed, tmp_path):
    listed(GOOD)
    (tmp_path / "documents" / "feeds.toml").write_bytes(GOOD.encode("cp932"))
    (source,) = kb_sources(Config(home=tmp_path))
    assert "読み取れません" in told(source)


def test_sources_have_names_of_their_own_for_the_library(listed, tmp_path):
    listed(f"{GOOD}\n[[feeds]]\nname = 3\n")
    names = [source.name for source in Plugins.load().sources(Config(home=tmp_path))]
    assert {"folder", "register", "feeds"} < set(names)
    assert len(set(names)) == len(names)


def test_examples_of_the_documentation_can_be_used(listed, tmp_path):
    page = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml feeds.toml\n(.*?)```", page, re.DOTALL)
    labels = [source.label for example in examples for source in listed(example)]
    assert labels == ["みどり県社協の新着", "わかば市 福祉のお知らせ", "支援制度の案内", "庁内のお知らせ"]
