"""What a newsletter says of itself, how sure it is that it is one, and how it falls into articles."""

from datetime import date
from pathlib import Path

import pytest

import kb_newsletters
from kb import Block, Document, Extraction, File
from kb.testing import a_document, extraction_of
from kb.text.repair import repair
from kb_newsletters.newsletter import claims, describe, split

ARTICLES = """
■見守り活動を始めました
町内の三つの班で見守り活動を始めました。毎週水曜日に声をかけています。
■サロンのご案内
どなたでも参加できます。お気軽にお越しください。
"""


def read(text):
    return repair(extraction_of(text))


def described(masthead, imprint="", name="配布用.txt"):
    return describe(File(name, Path(name)), read(f"{masthead}\n{ARTICLES}\n{imprint}"))


# ------------------------------------------------------------------------------------------------ name and number


@pytest.mark.parametrize(
    ("masthead", "title", "number"),
    [
        ("みどり市社協だより　第12号", "みどり市社協だより 第12号", "12"),
        ("社協だより\nVol.3", "社協だより Vol.3", "3"),
        ("ボランティアだより No.45 2022年2月号", "ボランティアだより No.45", "45"),
        ("ふくしの風　２０２２年２月号（通巻１２３号）", "ふくしの風 １２３号", "123"),
        ("第２５号　令和３年１２月１日\n社協みなと", "社協みなと 第２５号", "25"),
        ("広報ふくし　No.108", "広報ふくし No.108", "108"),
        ("ニュースレター「つながり」 第七号", "ニュースレター「つながり」 第七号", "7"),
        ("民児協だより　第二十五号", "民児協だより 第二十五号", "25"),
        ("2022（令和4）年3月25日発行 第88号\nふれあいネットワーク", "ふれあいネットワーク 第88号", "88"),
        ("福祉 みどり\n2021年8月号（通巻第403号）", "福祉 みどり 第403号", "403"),
        ("つばめ通信 創刊号 (2023年4月)", "つばめ通信 創刊号", "創刊号"),
        ("社協だより\n2022\n2\nNo.201", "社協だより No.201", "201"),
        ("R4.6.1　まるごと相談だより　第2号", "まるごと相談だより 第2号", "2"),
        ("みどり県民児協だより 2022 夏 第56号", "みどり県民児協だより 第56号", "56"),
        ("社会福祉法人みどり市社会福祉協議会\n第9号\nみどりの風", "みどりの風 第9号", "9"),
        ("★★ みんなの社協だより ★★\n冬号", "みんなの社協だより", ""),
    ],
)
def test_name_and_number_are_read_off_the_masthead(masthead, title, number):
    description = described(masthead)
    assert description.title == title
    assert description.fields.get("number", "") == number


def test_name_and_number_may_stand_in_a_sentence_at_the_end():
    description = described(
        "", "◆おたよりをお待ちしています◆\n福祉ニュースNo.5はいかがでしたか。感想をお寄せください。"
    )
    assert (description.title, description.fields["number"]) == ("福祉ニュース No.5", "5")


@pytest.mark.parametrize(
    ("name", "title", "number"),
    [
        ("社協だより_第12号_令和4年2月.txt", "社協だより 第12号", "12"),
        ("newsletter_no3.pdf", "newsletter no3", "3"),
        ("みどり社協だより No.77 (R4-6).pdf", "みどり社協だより No.77", "77"),
        ("お知らせ.pdf", "お知らせ", ""),
    ],
)
def test_name_of_the_file_is_the_last_resort(name, title, number):
    description = described("", name=name)
    assert (description.title, description.fields.get("number", "")) == (title, number)


# ------------------------------------------------------------------------------------------------------- publisher


@pytest.mark.parametrize(
    ("imprint", "publisher"),
    [
        ("編集・発行 社会福祉法人みどり市社会福祉協議会", "社会福祉法人 みどり市社会福祉協議会"),
        ("発行：社会福祉法人　若葉町社会福祉協議会　地域福祉課", "社会福祉法人 若葉町社会福祉協議会"),
        ("編集発行／社会福祉法人 みなと町社会福祉協議会", "社会福祉法人 みなと町社会福祉協議会"),
        ("【発行】白鷺市社協 【編集】広報委員会", "白鷺市社協"),
        ("発行\n社会福祉法人　みどり県社会福祉協議会\n地域福祉課", "社会福祉法人 みどり県社会福祉協議会"),
        ("発行者　特定非営利活動法人つばめの会", "特定非営利活動法人 つばめの会"),
        ("発行元 みどり市ボランティアセンター", "みどり市ボランティアセンター"),
        ("社会福祉法人みどり市社会福祉協議会\n〒000-0000 みどり市本町1-2", "社会福祉法人 みどり市社会福祉協議会"),
        ("発行人：所長　磯部　健一\n発行：みどり市ボランティアセンター", "みどり市ボランティアセンター"),
        ("若葉町社会福祉協議会　地域福祉課　発行", "若葉町社会福祉協議会"),
        ("〒000-0000 みどり市本町1-2", ""),
    ],
)
def test_publisher_is_read_off_the_imprint(imprint, publisher):
    assert described("つばめ通信 第1号", imprint).fields.get("publisher", "") == publisher


def test_council_in_an_article_is_not_taken_for_the_publisher_in_the_imprint():
    text = "若葉町社会福祉協議会の職員を講師に招きました。\n社会福祉法人みどり市社会福祉協議会"
    assert described("つばめ通信 第1号", text).fields["publisher"] == "社会福祉法人 みどり市社会福祉協議会"


def test_council_in_the_first_article_is_not_taken_for_the_publisher_below_the_date_of_issue():
    text = "令和4年2月15日発行\n■はじまって10か月\n昨年11月から３市の担当課と市社協を訪ねました。\n発行\n社会福祉法人 みどり県社会福祉協議会"
    assert described("つばめ通信 第1号", text).fields["publisher"] == "社会福祉法人 みどり県社会福祉協議会"


# ------------------------------------------------------------------------------------------------------------ date


@pytest.mark.parametrize(
    ("masthead", "day", "basis"),
    [
        ("社協だより 第1号\n令和4年2月1日発行", date(2022, 2, 1), "発行日"),
        ("社協だより 第1号 2022.2", date(2022, 2, 1), "題字"),
        ("社協だより 2022年2月号", date(2022, 2, 1), "題字"),
        ("社協だより 第1号 R4.2.15", date(2022, 2, 15), "題字"),
        ("社協だより 第1号 平成31年1月15日号", date(2019, 1, 15), "題字"),
        ("社協だより 第1号\n2022（令和4）年3月25日発行", date(2022, 3, 25), "発行日"),
        ("社協だより 第1号\n令和4（2022）年3月", date(2022, 3, 1), "題字"),
        ("社協だより 第1号　令和4年度", None, ""),
    ],
)
def test_date_of_issue_is_read_off_the_masthead(masthead, day, basis):
    description = described(masthead)
    assert (description.date, description.date_basis) == (day, basis)


def test_date_of_issue_may_stand_in_the_imprint():
    description = described("社協だより 第1号", "発行日　令和5年1月1日")
    assert (description.date, description.date_basis) == (date(2023, 1, 1), "発行日")


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("社協だより_令和4年2月.txt", date(2022, 2, 1)),
        ("202202_dayori.pdf", date(2022, 2, 1)),
        ("2022-02-15.pdf", date(2022, 2, 15)),
        ("20220231.pdf", None),
    ],
)
def test_date_may_stand_in_the_name_of_the_file(name, day):
    description = described("社協だより", name=name)
    assert (description.date, description.date_basis) == (day, "ファイル名" if day else "")


def test_without_a_date_of_issue_the_last_report_tells():
    text = """
●つなぐ研修 (R3.10.8)
参加した人は、事例をもとに話し合いました。
●学ぶ研修 (R4.2.3)
映像を見て、班に分かれて話し合いました。
●これからの研修 (R4.5.6)
皆さんの参加をお待ちしています。
"""
    description = describe(File("a.txt", Path("a.txt")), read(text))
    assert (description.date, description.date_basis) == (date(2022, 2, 3), "推定")


def test_date_of_a_sentence_about_publishing_is_no_date_of_issue():
    description = described("社協だより 第1号", "この冊子は令和3年4月1日に発行されたものの改訂版です。")
    assert description.date_basis != "発行日"


def test_date_of_creation_is_better_than_none():
    extraction = Extraction(
        (Block("社協だより 第1号"),), "application/pdf", metadata={"created": "2022-02-01T09:00:00"}
    )
    description = describe(File("a.pdf", Path("a.pdf")), extraction)
    assert (description.date, description.date_basis) == (date(2022, 2, 1), "ファイルの作成日")


# ---------------------------------------------------------------------------------------------------------- claims


def claim(text, name="資料.txt"):
    return claims(File(name, Path(name)), read(text))


def test_newsletter_is_claimed_by_its_masthead_and_its_articles():
    assert claim(f"みどり市社協だより　第12号\n{ARTICLES}編集・発行 社会福祉法人みどり市社会福祉協議会") > 0.8


def test_newsletter_is_claimed_by_the_name_of_its_file():
    assert claim(ARTICLES, "社協だより2月.pdf") >= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "令和4年度 事例検討会\n■事例の概要\n八十代の母と暮らす男性の事例です。\n■支援の経過\n家庭を訪ねました。",
        "会議の記録\n次回の社協だよりNo.5に載せる記事について話し合いました。",
        "",
    ],
)
def test_other_material_is_not_claimed(text):
    assert claim(text) < 0.5


# ----------------------------------------------------------------------------------------------------------- split


def headings(text):
    document: Document = a_document()
    return [(section.level, section.heading) for section in split(document, read(text))]


def test_each_heading_is_an_article_and_the_masthead_is_none():
    assert headings(f"みどり市社協だより　第12号\n令和4年2月1日発行\n{ARTICLES}") == [
        (1, "見守り活動を始めました"),
        (1, "サロンのご案内"),
    ]


def test_name_of_the_newsletter_encloses_nothing():
    text = "■みどり市社協だより 第12号\n●春の集い\n五月に集まりました。\n●夏の集い\n八月に集まりました。"
    assert headings(text) == [(1, "春の集い"), (1, "夏の集い")]


def test_text_above_the_first_article_that_is_more_than_a_masthead_stays():
    text = f"みどり市社協だより　第12号\n今年は町にとって大切な一年になります。皆さんとともに歩んでまいります。\n{ARTICLES}"
    assert len(headings(text)) == 3


def test_page_of_short_notices_above_the_first_mark_stays():
    notices = "\n".join(f"{name}サロン　毎月第{number}金曜日" for name in "東西南北" for number in "一二三四五")
    found = split(a_document(), read(f"社協だより　第12号\n{notices}\n{ARTICLES}"))
    assert "東サロン" in next(iter(found)).text


# ------------------------------------------------------------------------------------------------------------ hooks


def test_content_type_and_view_are_offered():
    (content_type,) = kb_newsletters.kb_content_types()
    assert (content_type.name, content_type.folder) == ("newsletter", "newsletters")
    assert [field.name for field in content_type.fields] == ["number", "publisher"]
    (view,) = kb_newsletters.kb_views()
    assert view.label == "ニュースレター"
