"""Which of the dates in a section are of events, and which of deadlines.

A date counts by what stands around it: a label (日時：), the head of its column, a verb of holding beside something
that is held (研修を開催します), 申込 and まで. Dates of laws, foundings, issues and of people's lives are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from kb import DateMention, find_dates

Kind = Literal["event", "deadline"]


@dataclass(frozen=True, slots=True)
class Found:
    """A date of an event, or of a deadline."""

    kind: Kind
    mention: DateMention
    where: Literal["text", "heading"]
    days: int = 1
    """How many days it lasts by the words after the date (11月24日から三日間)."""

    @property
    def value(self) -> str:
        """ISO 8601: a day, a time, or an interval; of a deadline its last day alone."""
        if self.kind == "deadline":
            return self.mention.last.isoformat()
        if self.days > 1 and self.mention.start_time is None and self.mention.first == self.mention.last:
            return f"{self.mention.first}/{self.mention.first + timedelta(days=self.days - 1)}"
        return self.mention.iso


#: The longest that something lasts which people put into a calendar, in days: a collection, an exhibition.
_LONGEST = 92

HELD = (
    r"(?:研修|講座|講演|会議|集い|つどい|サロン|フォーラム|シンポジウム|セミナー|訓練|まつり|祭り?|フェスタ|フェア|イベント|座談会|交流会|勉強会"
    r"|報告会|連絡会|全体会|総会|相談会|カフェ|体験会|学習会|募金|見学会|検討会|懇談会|例会|教室|式典|ワークショップ|展示会?|バザー|上映会"
    r"|コンサート|説明会|大会|協議会を|特別日|フードドライブ|事例検討|意見交換会|情報交換会|発表会|運動会|茶話会|家族会|委員会を|開放日|調理"
    r"|ボランティアデー|会食会|食事会|敬老会|運動が|一斉清掃|点検|巡回相談|出前)"
)
"""What is held, opened and taken part in."""

_HOLDS = (
    r"(?:開催|開き|開く|開か|開い|行い|行う|行わ|行っ|実施|催し|催さ|開講|開会|始まり|始まる|始め|あります|ありました|参加|集ま|集い|予定"
    r"|迎え|出席|待ちして|お越し|ご案内|です。?\Z)"
)

_OPENED = re.compile(r"開催|開き(?:ます|ました)|開かれ|開く予定|開講|次回は")

_LABEL = re.compile(
    r"[ \u3000・※●○◎■★◆▼▽【\[〔]*(?:(?:開催|実施|研修|講座)?日[ \u3000]*(?:時|程)|期[ \u3000]*日"
    r"|開催(?:日|期間|時期)|会[ \u3000]*期"
    r"|実施日|と[ \u3000]*き|日にち|期[ \u3000]*間|月日)[】\]〕 \u3000]*[:：／/]?[ \u3000]*[^。]{0,40}\Z"
)
_DUE_LABEL = re.compile(
    r"(?:締め?切り?日?|〆切日?|期限|申込(?:み)?期間|受付期間|応募期間|募集期間)"
    r"[】\]〕 \u3000]*[:：／/は]?[ \u3000]*[^。]{0,14}\Z"
)
_DUE = re.compile(r"[^。\n]{0,4}?(?:まで|必着|消印|〆切|締め?切)")
_APPLYING = re.compile(
    r"申込|申し?込|応募|提出|締め?切|〆切|予約|受付|期限|返送|返信|エントリー|募集|申請|お寄せ|お送り|ご連絡|相談は"
)
_COLUMN = re.compile(r"日[ \u3000]*(?:時|程)|期日|開催|実施日|とき|月日|日付")
_INVITES = re.compile(r"参加|募集|ご?案内|ませんか")
_CLOSED = re.compile(r"休(?:み|館|業|所|診|止)|閉(?:館|所|め)|中止|延期")
_MARKS = " \u3000・※●○◎■□★☆◆◇▼▽▲△♪【"
_PLAN = re.compile(r"予定|行事|カレンダー|スケジュール|日程|ご?案内|お知らせ|募集")

#: After a date: it is of a law, an issue, a founding, a state of things.
_ELSE = re.compile(
    r"付け?(?!き)|[^。\n]{0,3}?(?:現在|発行|施行|制定|改正|公布|公表|生まれ|設立|開設|発足|開所|創立|時点|告示|通知|通達|作成|更新|改訂|調べ|撮影|閣議"
    r"|死去|逝去|入院|退院|受理|決裁|取得|配信|掲載|号)"
)
_ELSE_LABEL = re.compile(
    r"(?:発行日?|作成日?|更新日?|改訂|生年月日|誕生日|受付日|記入日|相談日|面接日|訪問日|初回"
    r"|出典|引用|閲覧日?|撮影)[】\]〕 \u3000]*[:：]?[^。]{0,8}\Z"
)
_OF_A_SESSION = re.compile(
    r"[）)]?[ \u3000]*(?:に開かれた|の(?:第[0-9０-９一二三四五六七八九十]+回)?)?(?:回|会|つどい|集い|研修|講座)"
)
_FOR_DAYS = re.compile(r"[ \u3000]*から[ \u3000]*([2-9２-９二三四五六七])日間")
_NUMBERS = str.maketrans("二三四五六七", "234567")
_VENUE = re.compile(r"会場|場所|於[:：]|にて|オンライン|Zoom|ZOOM|ホール|会館|センター|公民館|集会所|会議室")
_TOLD = re.compile(r"(?:ました|でした|だった|った|いた|した|れた)[。」』）)]*\Z")


def find_events(heading: str, path: Sequence[str], text: str, issued: date | None) -> Iterator[Found]:
    """The events and deadlines that a section names, in order.

    Args:
        heading: the section's heading.
        path: the labels of the sections around it.
        text: its text, one block a line, cells of a table separated by tabs.
        issued: the day its document was published, for dates without a year.

    """
    around = " ".join((*path, heading))
    above = None
    for mention in find_dates(heading, issued):
        above = mention
        if _is_day(mention) and re.search(HELD, around) and not _ELSE.match(heading, mention.end):
            yield Found("event", mention, "heading")
    lines = _Lines(text)
    for mention in find_dates(text, issued, above):
        kind = _kind(lines.around(mention), mention, around) if _is_day(mention) else None
        if kind:
            yield Found(kind, mention, "text", _lasting(text, mention.end))


def _lasting(text: str, end: int) -> int:
    """The number of days that words after a date give it."""
    match = _FOR_DAYS.match(text, end)
    return int(match[1].translate(_NUMBERS)) if match else 1


def _is_day(mention: DateMention) -> bool:
    return mention.precision == "day" and 0 <= (mention.last - mention.first).days <= _LONGEST


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a date."""

    before: str
    """The line up to the date."""
    after: str
    sentence: str
    header: str
    """The first row of its table; empty outside of one."""
    column: int

    @property
    def line(self) -> str:
        return self.before + self.after


class _Lines:
    """A text by its lines, of which those with tabs are rows of tables."""

    def __init__(self, text: str) -> None:
        self._text = text

    def around(self, mention: DateMention) -> _Around:
        text = self._text
        start = text.rfind("\n", 0, mention.start) + 1
        end = text.find("\n", mention.end)
        end = len(text) if end < 0 else end
        begin = max(text.rfind("。", start, mention.start) + 1, start)
        stop = text.find("。", mention.end, end)
        row = text[start:end]
        return _Around(
            text[start : mention.start],
            text[mention.end : end],
            text[begin : end if stop < 0 else stop + 1],
            first_row(text, start) if "\t" in row else "",
            text.count("\t", start, mention.start),
        )


def first_row(text: str, start: int) -> str:
    """The first row of the table that the line at ``start`` is a row of."""
    begin = start
    while begin > 0:
        above = text.rfind("\n", 0, begin - 1) + 1
        if "\t" not in text[above:begin]:
            break
        begin = above
    end = text.find("\n", begin)
    return text[begin : len(text) if end < 0 else end]


def _kind(around: _Around, mention: DateMention, headings: str) -> Kind | None:
    if _ELSE.match(around.after) or _ELSE_LABEL.search(around.before):
        return None
    if _is_due(around):
        return "deadline"
    return "event" if _is_event(around, mention, headings) else None


def _is_due(around: _Around) -> bool:
    """Whether it is the last day to apply or the like, still to come when it was written."""
    if _DUE_LABEL.search(around.before):
        return True
    is_until = _DUE.match(around.after) or _DUE.match(around.after.lstrip("）)】」"))
    return bool(is_until and _APPLYING.search(around.sentence) and not _TOLD.search(around.sentence))


def _is_event(around: _Around, mention: DateMention, headings: str) -> bool:
    if _LABEL.match(around.before) or _OF_A_SESSION.match(around.after):
        return True
    if around.header:
        cells = around.header.split("\t")
        is_headed = around.column < len(cells) and bool(_COLUMN.search(cells[around.column]))
        return is_headed or bool(re.search(HELD, around.line) and mention.start_time)
    # In an article on a group, 次回は3月8日に開きます does not say again what it is that is held.
    is_held = bool(re.search(HELD, around.sentence)) or bool(
        re.search(HELD, headings) and _OPENED.search(around.sentence)
    )
    if is_held and re.search(_HOLDS, around.sentence):
        return True
    if mention.start_time is not None:
        is_told = bool(_TOLD.search(around.sentence))
        return is_held or (not is_told and bool(_VENUE.search(around.line) or re.search(HELD, headings)))
    return _is_listed(around, headings) or _is_invited(around, mention, headings)


def _is_listed(around: _Around, headings: str) -> bool:
    """Whether it is a line of a list of what is to come (８月５日（土）　夏祭り), or the day alone below its name."""
    if len(around.line) >= 60 or "。" in around.line or around.before.strip(_MARKS):
        return False
    after = around.after.strip(_MARKS)
    return bool(_PLAN.search(headings) if after else re.search(HELD, headings))


def _is_invited(around: _Around, mention: DateMention, headings: str) -> bool:
    """Whether a day with its weekday is told of to those who may come: 22日（土）の朝、湖岸のごみを拾います."""
    is_ahead = mention.weekday_ok is not None and not _TOLD.search(around.sentence)
    return is_ahead and bool(_INVITES.search(headings)) and not _CLOSED.search(around.sentence)
