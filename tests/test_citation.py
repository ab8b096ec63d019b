"""How an article is cited."""

from datetime import date

from kb.citation import cite
from kb.model import ContentType, Field, Section
from kb.testing import a_document


def test_a_citation_names_the_page_and_says_when_there_is_no_date():
    kind = ContentType("handout", "研修資料", split=lambda *_: (), fields=(Field("course", "研修"), Field("no", "回")))
    document = a_document(title="地域づくり研修", fields={"course": "CSW養成", "no": ""}, date=date(1867, 5, 1))
    section = Section("居場所のつくり方", page=3, kind="box")
    url = "https://kb.example.jp/sections/1"
    assert cite(section, document, kind, url).text == (
        f"「〔囲み〕居場所のつくり方」『地域づくり研修』（研修：CSW養成）、1867年5月1日、3ページ、{url}"
    )
    bare = cite(Section("はじめに"), a_document(title="記録", date=None), None, url)
    assert (bare.text, bare.issue, bare.date) == (f"「はじめに」『記録』、日付なし、{url}", {}, None)
