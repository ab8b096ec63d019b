"""HTML, Markdown and mail."""

from email.message import EmailMessage

import pytest

PAGE = """<!DOCTYPE html><html lang="ja"><head><meta charset="{charset}"><title>社協だより 第8号</title>
<style>p {{ color: red }}</style><script>alert("危険")</script></head><body>
<nav><a href="/">ホーム</a></nav>
<h1>雪の日の見守り</h1>
<p>民生委員と<ruby>除雪<rp>（</rp><rt>じょせつ</rt><rp>）</rp></ruby>の当番を
決めました。<br>連絡先は<b>社協</b>です。</p>
<ul><li>灯油の配達</li><li>声かけ</li></ul>
<h2>予定</h2>
<table><tr><th>行事</th><th>日時</th></tr><tr><td>家族会</td><td>2月3日<br>10時</td></tr></table>
<p hidden>隠した文</p></body></html>"""


def test_html_has_headings_paragraphs_lists_and_tables(read, outlined):
    extraction = read(PAGE.format(charset="utf-8").encode())
    assert outlined(extraction) == [
        "furniture ホーム",
        "heading1 雪の日の見守り",
        "paragraph 民生委員と除雪の当番を決めました。\n連絡先は社協です。",
        "list ・灯油の配達",
        "list ・声かけ",
        "heading2 予定",
        "table 行事\t日時",
        "table 家族会\t2月3日 10時",
    ]
    assert extraction.metadata["title"] == "社協だより 第8号"


@pytest.mark.parametrize("charset", ["Shift_JIS", "EUC-JP", "utf-8"])
def test_html_in_the_encoding_that_it_declares(read, charset):
    assert "雪の日の見守り" in read(PAGE.format(charset=charset).encode(charset)).text


def test_html_that_declares_the_wrong_encoding(read):
    assert "雪の日の見守り" in read(PAGE.format(charset="utf-8").encode("cp932")).text


def test_html_without_headings_leaves_the_marks_to_the_repair(read):
    extraction = read("<html><body><p>■見守り</p><p>訪ねました。</p></body></html>".encode())
    assert [(block.kind, block.text) for block in extraction.blocks] == [("line", "■見守り"), ("line", "訪ねました。")]


def test_markdown(read, outlined):
    source = "---\ntitle: 訪問の手順\ndate: 2022-02-01\n---\n# 訪問の前に\n\n電話で*都合*を聞きます。\n\n- 名札\n- 記録用紙\n\n| 物 | 数 |\n|---|---|\n| 名札 | 2 |\n\n<script>x</script>\n"
    extraction = read(source.encode(), "手順.md")
    assert outlined(extraction)[:6] == [
        "heading1 訪問の前に",
        "paragraph 電話で都合を聞きます。",
        "list ・名札",
        "list ・記録用紙",
        "table 物\t数",
        "table 名札\t2",
    ]
    assert (extraction.metadata["title"], extraction.metadata["created"]) == ("訪問の手順", "2022-02-01")


def a_mail(charset: str = "iso-2022-jp", **kwargs: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "みどり県社協 <jimu@example.org>"
    message["To"] = "csw@example.org"
    message["Subject"] = "連絡会の日程"
    message["Date"] = "Tue, 01 Feb 2022 10:00:00 +0900"
    message.set_content("次の連絡会は2月15日です。\n\n場所：総合福祉会館\n", charset=charset, **kwargs)
    return message


@pytest.mark.parametrize("charset", ["iso-2022-jp", "utf-8", "cp932"])
def test_mail(read, outlined, charset):
    extraction = read(a_mail(charset).as_bytes())
    assert outlined(extraction)[:2] == ["heading1 連絡会の日程", "field 差出人：みどり県社協 <jimu@example.org>"]
    assert "次の連絡会は2月15日です。" in extraction.text
    assert extraction.metadata["created"] == "2022-02-01T10:00:00+09:00"


def test_attachments_are_named_and_not_opened(read):
    message = a_mail()
    message.add_attachment("秘密の名簿".encode(), maintype="application", subtype="octet-stream", filename="名簿.txt")
    extraction = read(message.as_bytes())
    assert "添付：名簿.txt" in extraction.text
    assert "秘密の名簿" not in extraction.text


def test_mail_in_html_only(read):
    message = a_mail()
    message.set_content("<html><body><p>次の連絡会は2月15日です。</p></body></html>", subtype="html")
    assert "次の連絡会は2月15日です。" in read(message.as_bytes()).text
