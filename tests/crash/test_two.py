"""Two processes over one data folder: one server, one worker, and everybody else beside them."""

import sys

import pytest

from tests.processes import is_running

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")]

REFUSED = "このデータでは別の kb serve が動いています"


def text(number):
    return f"■第{number}回の集い\n\n若葉町の公民館に{number}人が集まりました。\n"


def test_a_second_server_is_refused_and_what_is_ingested_beside_the_first_is_read_once(place, tmp_path):
    paths = [tmp_path / f"集い{number}.txt" for number in range(1, 4)]
    for number, path in enumerate(paths, start=1):
        path.write_text(text(number), encoding="utf-8")
    with place.served() as server:
        code, said = place.kb("serve", "--port", "0")
        assert (code, REFUSED in said) == (6, True)
        code, said = place.kb("ingest", "--type", "document", "--access", "public", *paths)
        assert (code, "追加 3" in said) == (0, True)
        status, answer = place.bring(server.port, "写し.txt", text(1).encode())
        assert (status, answer["status"]) == (200, "duplicate")
        place.until(lambda: place.total(server.port, "公民館") == 3, "all are found")
    assert place.kb("doctor")[0] == 0


def test_of_two_servers_started_at_once_in_an_empty_folder_one_serves(place):
    both = [place.start(place.free_port()) for _ in range(2)]
    lines = [server.process.stdout.readline() for server in both]
    assert sorted("で見られます" in line for line in lines) == [False, True]
    refused = both[[bool(line) for line in lines].index(False)]
    assert refused.process.wait(60) == 6
    (serving,) = [server for server in both if server is not refused]
    assert serving.end() == 0
    assert "別の kb" in place.log.read_text()  # it met the lock of the server, or that of its worker


def test_when_the_server_is_killed_nothing_of_it_goes_on(place):
    place.environment["KB_PAGE_PROCESSES"] = "2"
    server = place.start(place.free_port()).ready()
    beside = place.until(
        lambda: len(server.workers()) == 1 + 2 and server.workers(), "a worker and two that make pages"
    )
    server.kill(workers=False)
    place.until(lambda: not any(map(is_running, beside)), "they have found out")
