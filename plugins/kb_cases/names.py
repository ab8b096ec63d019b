"""What forms call their parts and their boxes: the standard terms of the field, and their common variants."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

# fmt: off - one row for each part
PARTS: Mapping[str, tuple[str, ...]] = {
    "基本情報": (
        "基本情報",
        "フェイスシート",
        "フェースシート",
        "基本事項",
        "本人の状況",
        "世帯の状況",
        "対象者の概要",
        "基本情報シート",
        "地域の概況",
        "地域の概要",
    ),
    "概要": ("概要", "事例の概要", "事例概要", "ケースの概要", "ケース概要", "支援の概要", "要旨", "事例紹介"),
    "インテーク": (
        "インテーク",
        "受理",
        "受理面接",
        "初回面接",
        "初回相談",
        "相談受付",
        "受付",
        "相談の経緯",
        "把握の経緯",
        "相談の経路",
        "発見",
        "出会い",
        "エンゲージメント",
        "ケース発見",
        "相談内容",
        "主訴",
    ),
    "アセスメント": (
        "アセスメント",
        "事前評価",
        "課題分析",
        "見立て",
        "課題の整理",
        "ニーズ把握",
        "ニーズ",
        "地域アセスメント",
    ),
    "プランニング": (
        "プランニング",
        "支援計画",
        "計画",
        "支援方針",
        "支援目標",
        "目標",
        "個別支援計画",
        "計画の作成",
        "支援会議",
        "短期目標",
        "長期目標",
    ),
    "支援": (
        "支援",
        "介入",
        "支援の実施",
        "支援内容",
        "支援の内容",
        "支援の展開",
        "実施",
        "インターベンション",
        "実践",
        "取り組み",
        "取組",
        "取組内容",
        "活動内容",
        "支援の実際",
    ),
    "経過": ("経過", "支援経過", "支援の経過", "経過記録", "支援経過記録", "支援記録", "ケース記録", "活動の経過"),
    "モニタリング": ("モニタリング", "中間評価", "再アセスメント", "経過観察", "見直し"),
    "終結": (
        "終結",
        "評価",
        "事後評価",
        "終結評価",
        "エバリュエーション",
        "結果",
        "成果",
        "アフターケア",
        "終了",
        "現在の状況",
    ),
    "考察": ("考察", "ふり返り", "振り返り", "まとめ", "今後の課題", "課題", "所感", "事例から学ぶこと"),
}
"""The parts of a case study by their standard names, in the order of the process."""

BOXES: Mapping[str, tuple[str, ...]] = {
    "number": ("番号", "事例番号", "ケース番号", "No", "No.", "№", "ID", "整理番号"),
    "title": ("事例名", "件名", "タイトル", "表題", "事例の題", "題名", "事例タイトル"),
    "case_scope": (
        "区分",
        "支援区分",
        "対象区分",
        "支援の種別",
        "個別・地域",
        "個別/地域",
        "個別地域",
        "個別・地域の別",
        "支援の別",
        "種別",
    ),
    "case_theme": (
        "テーマ",
        "主なテーマ",
        "課題の種別",
        "主な課題",
        "課題分類",
        "相談種別",
        "キーワード",
        "分類",
        "主題",
    ),
    "case_stage": ("段階", "支援段階", "支援の段階", "進捗", "進行状況", "支援状況", "ステージ", "状況"),
    "case_party": (
        "関係者",
        "関係機関",
        "関係者・関係機関",
        "関係機関・関係者",
        "連携先",
        "連携機関",
        "連携した機関",
        "協力者",
        "支援者",
        "主な関係者",
        "ステークホルダー",
    ),
    "case_town": ("市町村", "市区町村", "居住地", "居住地域", "自治体", "地域", "お住まい", "対象地域"),
    "case_age": ("年代", "年齢", "年齢層", "年齢・性別", "年代・性別", "本人の年代", "性別・年代", "性別・年齢"),
    "case_period": ("支援期間", "期間", "相談期間", "活動期間", "実施期間", "対応期間", "関わった期間"),
    "date": ("作成日", "記入日", "記載日", "提出日", "報告日", "更新日", "作成年月日", "記録日", "現在"),
    "household": ("世帯", "世帯構成", "家族構成", "世帯状況", "家族", "世帯類型", "性別", "職業", "収入"),
    "route": ("相談経路", "経路", "紹介元", "相談者", "相談者・経路", "発見者", "把握経路"),
    "author": ("作成者", "記入者", "報告者", "担当", "担当者", "所属", "作成"),
}
"""The boxes of a form: fields of the content type, and others by which a form is told."""
# fmt: on

_PART_OF = {re.sub(r"\W", "", name): part for part, names in PARTS.items() for name in names}
_BOX_OF = {re.sub(r"\W", "", name).lower(): box for box, names in BOXES.items() for name in names}
_SURE = frozenset(_PART_OF) - frozenset(
    ("目標", "計画", "課題", "実施", "受付", "受理", "結果", "成果", "評価", "支援", "まとめ")
)

#: NFKC has turned Ⅲ and ③ into III and 3.
_NUMBER = re.compile(
    r"^(?:第?[0-9]{1,2}[章節部]?[.,、)\s]*|\(?[0-9一二三四五六七八九十]{1,3}[).、\s]+|[IVX]{1,4}[.\s]+)"
)
_MARKS = "■□●○◆◇◎▼【〔[<《・※ "
_ADDED = re.compile(r"(?<=.)\(.*?(?:\)|$)")
_TOGETHER = re.compile(r"[・/／、&＆]|と|及び|および|から")

LONGEST_NAME = 24
"""Characters of a heading that names a part; a longer one tells something."""


def part_of(text: str) -> str:
    """The standard name of the part that a heading or label announces; empty if it is none.

    Of 「モニタリングと評価」 the first is taken.
    """
    if len(text) > LONGEST_NAME or "。" in text:
        return ""
    plain = _bare(text)
    return _PART_OF.get(re.sub(r"\W", "", plain)) or _first_of_several(plain)


def is_sure(text: str) -> bool:
    """Whether nothing but a case study has a part of this name."""
    return re.sub(r"\W", "", _bare(text)) in _SURE


def box_of(text: str) -> str:
    """The name of the box that a label announces; empty if it is none."""
    return _BOX_OF.get(re.sub(r"\W", "", _bare(text)).lower(), "") if len(text) <= LONGEST_NAME else ""


def _bare(text: str) -> str:
    """Without numbers, marks and what is added in brackets: １．【アセスメント】（事前評価） is アセスメント."""
    plain = unicodedata.normalize("NFKC", text).strip()
    for _ in range(2):  # a mark, a number, a mark
        plain = _NUMBER.sub("", plain.lstrip(_MARKS)).strip(f"{_MARKS}】〕]>》: ")
    return _ADDED.sub("", plain).strip(f"{_MARKS}】〕]>》: ")


def _first_of_several(plain: str) -> str:
    names = [_PART_OF.get(re.sub(r"\W", "", name), "") for name in _TOGETHER.split(plain)]
    return names[0] if len(names) > 1 and all(names) else ""
