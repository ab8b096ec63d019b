"""Error pages: in Japanese, with the right status, and without anything of the inside."""

import re

import pytest
from flask import abort

from kb.errors import BusyError, ConfigError, IndexBrokenError, KbError, NotFoundError, PluginError
from kb.web import create_app, open_to_all


def raising(visitor, error):
    """What the visitor sees when a page raises."""

    def page():
        raise error

    app = create_app(visitor.library)
    app.add_url_rule("/raising", "raising", open_to_all(page))
    return app.test_client().get("/raising")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "要求を理解できませんでした"),
        (403, "このページは使えません"),
        (409, "ほかの人が先に変更しました"),
        (418, "要求を理解できませんでした"),
        (404, "ページが見つかりません"),
        (405, "この操作はできません"),
        (410, "この資料は公開を終えました"),
        (413, "送られたデータが大きすぎます"),
        (500, "エラーが起きました"),
        (503, "ただいま利用できません"),
    ],
)
def test_each_status_has_a_page_in_japanese(visitor, status, words):
    app = create_app(visitor.library)
    app.add_url_rule("/refused", "refused", open_to_all(lambda: abort(status)))
    answer = app.test_client().get("/refused")
    assert answer.status_code == status
    assert answer.content_type == "text/html; charset=utf-8"
    body = answer.get_data(as_text=True)
    assert f"<h1>{words}</h1>" in body
    assert '<html lang="ja">' in body
    assert 'role="search"' in body


def test_an_answer_that_a_page_has_made_itself_is_left_alone(visitor):
    app = create_app(visitor.library)
    app.add_url_rule("/own", "own", open_to_all(lambda: abort(app.response_class("予約済みです", 409))))
    answer = app.test_client().get("/own")
    assert (answer.status_code, answer.get_data(as_text=True)) == (409, "予約済みです")


def test_another_method_is_refused_and_the_right_ones_are_named(visitor):
    answer = visitor.client.post("/search")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert "この操作はできません" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFoundError("/srv/kb/x", "この資料は見つかりません。", "一覧から選んでください。"), 404),
        (BusyError("/srv/kb/x", "別の kb が取り込み中です。", "待ってください。"), 503),
        (IndexBrokenError("/srv/kb/x", "索引が壊れています。", "kb reindex で作り直してください。"), 503),
        (ConfigError("/srv/kb/x", "設定が誤っています。"), 500),
        (PluginError("/srv/kb/x", "フックで例外が起きました。"), 500),
        (KbError("/srv/kb/x", "何かが起きました。"), 500),
    ],
)
def test_each_kind_of_error_has_one_status_and_tells_nothing_of_the_inside(visitor, caplog, error, status):
    answer = raising(visitor, error)
    assert answer.status_code == status
    body = answer.get_data(as_text=True)
    assert "/srv/kb" not in body
    assert (error.reason in body) == (status == 404)
    assert (status == 404) or "/srv/kb/x" in caplog.text


def test_a_fault_of_ours_has_a_number_by_which_it_is_found_in_the_log(visitor, caplog):
    answer = raising(visitor, ValueError("内部の秘密"))
    body = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert "内部の秘密" not in body
    assert "Traceback" not in body
    (number,) = re.findall(r"<strong>([0-9a-f]{8})</strong>", body)
    (record,) = [record for record in caplog.records if number in record.getMessage()]
    assert record.exc_info[1].args == ("内部の秘密",)


def test_a_broken_index_is_a_page_and_the_health_page_says_so(visitor, issue, monkeypatch):
    def broken():
        raise IndexBrokenError("/srv/search_index", "索引を開けません。", "kb reindex で作り直してください。")

    monkeypatch.setattr(visitor.library, "_searcher", broken)
    page = visitor.get("/search?q=民生委員")
    assert page.status == 503
    assert "ただいま利用できません" in page.text
    health = visitor.client.get("/health")
    assert health.status_code == 503
    assert health.json == {"status": "error", "reason": "索引を開けません。kb reindex で作り直してください。"}
    assert visitor.get(f"/documents/{issue.id}").status == 200


def test_health_counts_what_is_there(visitor, issue):
    answer = visitor.client.get("/health")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "documents": 1, "sections": 3}
