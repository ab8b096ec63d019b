"""Pages go over the line compressed, and not again if they have not changed; never those of people who signed in."""

import gzip

import pytest

from kb.testing import ingest_text


@pytest.fixture
def ask(visitor, issue):
    def ask(address, who=None, **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return (who or visitor).client.get(address, headers=names)

    return ask


def test_a_page_is_compressed_for_those_who_take_it(ask):
    plain, packed = ask("/"), ask("/", Accept_Encoding="gzip, br")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_who_refuses_compression_gets_none(ask):
    assert "Content-Encoding" not in ask("/", Accept_Encoding="gzip;q=0, identity").headers


def test_a_page_that_has_not_changed_is_not_sent_again(ask):
    first = ask("/documents/", Accept_Encoding="gzip")
    again = ask("/documents/", Accept_Encoding="gzip", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Content-Security-Policy"]


def test_a_page_that_has_changed_is_sent(ask, visitor, issue_of):
    first = ask("/documents/")
    ingest_text(visitor.library, "だより13.txt", issue_of(13, 2023))
    again = ask("/documents/", If_None_Match=first.headers["ETag"])
    assert again.status_code == 200


def test_files_of_the_pages_are_compressed_and_kept_by_browsers(ask):
    with ask("/static/kb.css", Accept_Encoding="gzip") as first:
        assert first.headers["Content-Encoding"] == "gzip"
        assert b".kb-search" in gzip.decompress(first.data)
    with ask("/static/kb.css", If_None_Match=first.headers["ETag"]) as again:
        assert again.status_code == 304


@pytest.mark.parametrize("address", ["/", "/documents/", "/account"])
def test_nothing_of_somebody_who_signed_in_is_compressed_or_kept(ask, visitor, address):
    reader = visitor.as_("reader")
    response = ask(address, reader, Accept_Encoding="gzip")
    assert response.headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in response.headers
    assert "ETag" not in response.headers


def test_a_page_with_the_secret_of_a_form_is_not_compressed(ask):
    response = ask("/login", Accept_Encoding="gzip")
    assert b"csrf_token" in response.data
    assert "Content-Encoding" not in response.headers


def test_the_originals_of_people_are_sent_as_they_are(ask, issue):
    with ask(f"/documents/{issue.id}/original", Accept_Encoding="gzip") as response:
        assert response.status_code == 200
        assert "Content-Encoding" not in response.headers


def test_errors_and_refusals_stay_as_they_are(ask):
    assert "ETag" not in ask("/nowhere", Accept_Encoding="gzip").headers
