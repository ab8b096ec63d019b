"""Fetching: one request at a time, politely, within limits, and never anywhere that it should not lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

import httpcore2

import kb
from kb_feeds import body
from kb_feeds.network import Deadline, Guarded, World
from kb_feeds.robots import AGENT, Rules, rules_of
from kb_feeds.target import FetchError, GoneError, RefusedError, Target

#: What we say who we are.
_USER_AGENT = f"{AGENT}/{kb.__version__} (knowledge base of a council of social welfare)"

#: How often an answer may lead elsewhere.
_MOST_HOPS = 5
_REDIRECTIONS = frozenset({301, 302, 303, 307, 308})
_OK, _NOT_MODIFIED = 200, 304
_GONE = frozenset({404, 410})
_CLOSED = frozenset({401, 403, 407, 451})
_BUSY = frozenset({429, 503})
_FAULTS_OF_OURS = range(400, 500)

#: Seconds between two requests to one host, unless its robots.txt asks for more; and the most it may ask for.
_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
#: Seconds for which a robots.txt is believed (RFC 9309, 2.4: at most a day), and bytes of it (at least 500 KiB).
_BELIEVED, _ROBOTS_BYTES = 3_600.0, 512 << 10
#: Seconds after which one that could not be had is asked for again.
_DISMISSED = 300.0

_CHECK = "URLを確かめてください。"
_AGAIN = "しばらくしてもう一度試し、続くようならURLを確かめてください。"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What may come back."""

    most: int
    """Bytes, unpacked."""
    types: frozenset[str] = frozenset()
    """Media types; empty for any."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from the address that the redirections ended at."""

    url: str
    body: bytes
    charset: str = ""
    etag: str = ""
    last_modified: str = ""
    is_unchanged: bool = False
    """True if it is what the validators were for (304); there is no body then."""


@dataclass(slots=True)
class _Errand:
    """One request with everything that it needs on its way."""

    wanted: Wanted
    internal: frozenset[str]
    conditions: Mapping[str, str]
    asks: bool
    """Whether robots.txt is asked; it is not for itself."""


class Fetcher:
    """Fetches for all feeds of a library; of each host one thing at a time. Safe to use from several threads."""

    def __init__(self, world: World | None = None) -> None:
        self._world = world or World()
        self._locks: dict[str, Lock] = {}
        self._free_at: dict[str, float] = {}
        self._rules: dict[str, tuple[float, Rules | FetchError]] = {}

    def fetch(
        self, url: str, wanted: Wanted, internal: frozenset[str] = frozenset(), kept: Answer | None = None
    ) -> Answer:
        """Fetch something, unless it is what is ``kept`` already.

        Args:
            url: where it is.
            wanted: what may come back.
            internal: hosts inside the house that it may lead to.
            kept: the answer of the last time.

        Raises:
            GoneError: there is no such page.
            FetchError: it cannot be fetched, or must not be.

        """
        conditions = {"If-None-Match": kept.etag, "If-Modified-Since": kept.last_modified} if kept else {}
        errand = _Errand(wanted, internal, {name: value for name, value in conditions.items() if value}, asks=True)
        return self._follow(Target.of(url), errand)

    def _follow(self, target: Target, errand: _Errand) -> Answer:
        """Ask, and ask again where the answer leads to; every step is checked like the first."""
        start, deadline = target, Deadline(self._world.clock)
        for _ in range(_MOST_HOPS + 1):
            answer = self._ask(target, errand, deadline)
            if isinstance(answer, Answer):
                return answer
            if target.scheme == "https" and answer.scheme == "http":
                raise FetchError(start.url, "暗号化されない http への転送なので、たどりません。", _CHECK)
            target = answer
        raise FetchError(start.url, f"転送が{_MOST_HOPS}回を超えました。", _CHECK)

    def _ask(self, target: Target, errand: _Errand, deadline: Deadline) -> Answer | Target:
        is_internal = target.place in errand.internal
        if not target.is_usual and not is_internal:
            reason = f"ポート {target.port} にはつなぎません。"
            fix = "組織内のページなら、feeds.toml の internal_hosts に「ホスト名:ポート」を書いてください。"
            raise FetchError(target.url, reason, fix)
        began = self._world.clock()
        # Before the lock: robots.txt is asked for like any page, and may lead to another host.
        pause = self._permitted(target, errand) if errand.asks else _PAUSE
        with self._locks.setdefault(target.place, Lock()):
            self._wait(target, pause)
            deadline.put_off(self._world.clock() - began)
            try:
                return self._exchange(target, errand, Guarded(self._world, deadline, is_internal=is_internal))
            except FetchError:
                raise
            except Exception as error:
                raise _worded(target, errand, error) from error
            finally:
                self._free_at[target.place] = self._world.clock() + pause

    def _exchange(self, target: Target, errand: _Errand, network: Guarded) -> Answer | Target:
        url = httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        headers = [
            ("Host", target.place),
            ("User-Agent", _USER_AGENT),
            ("Accept-Encoding", "gzip"),
            ("Accept-Language", "ja"),
            ("Connection", "close"),
            *errand.conditions.items(),
        ]
        with (
            httpcore2.ConnectionPool(ssl_context=self._world.tls, network_backend=network) as pool,
            pool.stream("GET", url, headers=headers) as response,
        ):
            return _read(target, errand, response)

    def _permitted(self, target: Target, errand: _Errand) -> float:
        """The pause that the host asks for.

        Raises:
            FetchError: its robots.txt does not permit the page, or cannot be had.

        """
        rules = self._rules_of(target, errand)
        if not rules.permit(target.url):
            reason = "このサイトの robots.txt が、プログラムによる取得を断っています。"
            raise FetchError(target.url, reason, "サイトの管理者に相談するか、feeds.toml から外してください。")
        return min(max(rules.pause, _PAUSE), _LONGEST_PAUSE)

    def _rules_of(self, target: Target, errand: _Errand) -> Rules:
        until, found = self._rules.get(target.origin, (float("-inf"), None))
        if found is None or self._world.clock() >= until:
            found = self._fetched_rules(target, errand)
            seconds = _BELIEVED if isinstance(found, Rules) else _DISMISSED
            self._rules[target.origin] = (self._world.clock() + seconds, found)
        if isinstance(found, FetchError):
            raise FetchError(target.url, found.reason, found.fix)
        return found

    def _fetched_rules(self, target: Target, errand: _Errand) -> Rules | FetchError:
        """What robots.txt says; without one all is permitted, and nothing where it cannot be had (RFC 9309, 2.3.1)."""
        robots = Target.of(f"{target.origin}/robots.txt")
        try:
            answer = self._follow(robots, _Errand(Wanted(_ROBOTS_BYTES), errand.internal, {}, asks=False))
        except RefusedError:
            return rules_of(b"")
        except FetchError as error:
            return FetchError(target.url, f"robots.txt を確かめられません（{error.reason}）。", error.fix)
        return rules_of(answer.body)

    def _wait(self, target: Target, pause: float) -> None:
        """Leave the host in peace for a moment."""
        seconds = min(self._free_at.get(target.place, float("-inf")) - self._world.clock(), pause)
        if seconds > 0:
            self._world.sleep(seconds)


# ------------------------------------------------------------------------------------------------ what came back


def _read(target: Target, errand: _Errand, response: httpcore2.Response) -> Answer | Target:
    headers = {name.decode("ascii").lower(): _text(value) for name, value in response.headers}
    if response.status in _REDIRECTIONS and headers.get("location"):
        return target.joined(headers["location"])
    validators = (headers.get("etag", ""), headers.get("last-modified", ""))
    if response.status == _NOT_MODIFIED and errand.conditions:
        return Answer(target.url, b"", "", *validators, is_unchanged=True)
    if response.status != _OK:
        raise _refusal(target, response.status)
    media_type, _, parameters = headers.get("content-type", "").partition(";")
    if errand.wanted.types and media_type and media_type.strip().lower() not in errand.wanted.types:
        reason = f"取り込める種類のファイルではありません（{media_type.strip()}）。"
        raise FetchError(target.url, reason, _CHECK)
    data = body.whole(response.iter_stream(), headers.get("content-encoding", ""), errand.wanted.most)
    charset = parameters.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    return Answer(target.url, data, charset, *validators)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _refusal(target: Target, status: int) -> FetchError:
    """What a status other than success means to people."""
    if status in _GONE:
        return GoneError(target.url, f"ページがありません（HTTP {status}）。", _CHECK)
    if status in _BUSY:
        return FetchError(target.url, f"サーバーが混み合っています（HTTP {status}）。", "次の回にまた試します。")
    if status in _CLOSED:
        return RefusedError(target.url, f"見る権限がありません（HTTP {status}）。", "公開されたURLを指定してください。")
    if status in _FAULTS_OF_OURS:
        return RefusedError(target.url, f"サーバーが断りました（HTTP {status}）。", _CHECK)
    return FetchError(target.url, f"サーバーの応答が正常ではありません（HTTP {status}）。", _AGAIN)


def _worded(target: Target, errand: _Errand, error: Exception) -> FetchError:
    """An error of the network in words.

    Raises:
        Exception: the error itself, if it is none of the network's.

    """
    for kinds, reason, fix in (
        ((httpcore2.TimeoutException,), "時間内に応答が終わりませんでした。", _AGAIN),
        ((httpcore2.ConnectError,), _unconnected(error), _AGAIN),
        ((body.TooLargeError,), f"大きすぎます（{errand.wanted.most >> 20}MiBまで）。", _CHECK),
        (
            (body.BrokenError, httpcore2.NetworkError, httpcore2.ProtocolError),
            "応答が途中で切れたか、壊れています。",
            _AGAIN,
        ),
    ):
        if isinstance(error, kinds):
            return FetchError(target.url, reason, fix)
    raise error


def _unconnected(error: Exception) -> str:
    is_untrusted = "CERTIFICATE_VERIFY_FAILED" in str(error)
    return "サーバーの証明書を確かめられません。" if is_untrusted else "サーバーにつながりません。"
