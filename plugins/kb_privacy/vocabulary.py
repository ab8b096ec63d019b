"""Words of case texts that tell what stands beside them. Patterns are for the plain form of a passage."""

from __future__ import annotations

from importlib.resources import files

KIN = (
    r"(?:(?:義|実|養|継|曾|曽)?(?:祖父母?|祖母|父親?|母親?|兄弟?|弟|姉妹?|妹|両親)|夫|妻|元夫|元妻|前夫|前妻"
    r"|内縁の[夫妻]"
    r"|[長次二三四五]男|[長次二三四五]女|末っ子|息子|娘|孫娘?|子ども|子供|叔父|叔母|伯父|伯母|おじ|おば|甥|姪|いとこ"
    r"|従兄弟?|従姉妹?"
    r"|配偶者|嫁|婿|家族|親族|親)"
)
"""Relatives."""

TITLE = (
    r"(?:先生|医師|看護師|保健師|社会福祉士|精神保健福祉士|介護福祉士|主任児童委員|民生委員|児童委員|相談支援専門員"
    r"|相談支援員|生活支援員|支援員"
    r"|相談員|介護支援専門員|ケアマネジャー|ケアマネージャー|ケアマネ|ケースワーカー|ソーシャルワーカー"
    r"|コーディネーター|ワーカー|ヘルパー"
    r"|CSW|SSW|MSW|PSW|弁護士|司法書士|行政書士|薬剤師|理学療法士|作業療法士|保育士|教諭|教頭|校長|園長|担任|施設長"
    r"|所長|院長|部長|課長|係長|主任|主事"
    r"|管理者|委員|次長|主査|課長補佐|師長|支部長|助産師|管理栄養士|栄養士|運転手|自治会長|町内会長|区長|会長|班長"
    r"|組長|社長|店長|住職|牧師|巡査|警部補?|さん家|(?:Dr|DR|CM|Ns|NS|PT|OT|ST|SW|CW|Co)(?![A-Za-z]))"
)
"""What people are called after their name instead of さん."""

HONORIFIC = rf"(?:さん|さま|様|氏|くん|君|ちゃん|殿|女史|{TITLE})"

HOUSEHOLD = (
    r"(?:家(?![庭屋賃具事財電計])|宅|方(?=[にで、のを。])|夫妻|夫婦|親子|母子|父子|兄弟|姉妹|世帯|一家|一族|家族)"
)
"""What follows a family name."""

ROLE = (
    rf"(?:{TITLE}|{KIN}|本人|当人|利用者|相談者|対象者|患者|当事者|クライエント|来談者|申請者|世帯主|被保佐人"
    r"|被後見人|後見人|担当者?|主治医"
    r"|隣人|近所|近隣|友人|知人|同僚|上司|同級生|大家|家主|住民|男性|女性|少年|少女|生徒|児童|男児|女児|スタッフ"
    r"|職員|ボランティア|事務局|キーパーソン|緊急連絡先|故|亡夫|亡妻|亡父|亡母|通訳|旧姓)"
)
"""What stands before a name."""

LABEL = r"(?:氏名|お?名前|姓名|フリガナ|ふりがな|旧姓|利用者名|本人名|対象者名|世帯主名|保護者名|差出人|宛名)"
"""What a form calls the place for a name."""

FIELD = rf"(?:{LABEL}|{ROLE})(?:氏名)?[ ]?(?:\([^()\n]{{1,8}}\))?[ ]?(?:[:=][ ]?|\t)"
"""The label of a field that holds a name."""

THING = (
    r"(?:病(?!院)|症|式(?!典)|型|法(?!人)|訴訟|事件|判決|裁判|賞|理論|療法|検査|尺度|スケール|ビネー"
    r"|の[0-9七]つ?の?原則|の原則|の欲求|の法則|の公式"
    r"|の発達|の理論|財団|基金|記念|文庫|鉄道|線|駅|通り|川|山|城|港|橋|神社|寺|公園|地区|地域|団地|商店街|地方|方面"
    r"|半島|温泉|高原|[ ]?(?:編著|著|監修|訳(?![^)、。\n]))|という(?:名(?:前)?の)?[^。、\n]{0,4}(?:犬|猫|鳥|うさぎ)"
    r"|海岸|空港"
    r"|[都道府県市区町村郡](?!長?さん)|[都道府県市区町村]立|弁|産|牛|焼)"
)
"""What follows a name that is part of the name of a thing or a place."""


def _words() -> dict[str, tuple[str, ...]]:
    """The lists of ``words.txt``, which says itself how it is written."""
    lists: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in files("kb_privacy").joinpath("words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line[1:].partition("]")[0]
            lists[name] = ()
        elif line and not line.startswith("#"):
            lists[name] += tuple(line.split())
    return lists


_LISTS = _words()

HISTORICAL = frozenset(_LISTS["historical"])
"""People who made the field and whom its texts name as anyone may (石井十次 and others in 社会福祉発達史)."""
ADDRESSED = frozenset(_LISTS["addressed"])
"""Relatives, callings and everyone who is addressed with さん without a name."""
GENERIC = frozenset(_LISTS["generic"])
"""Words before or after the noun of a facility that do not name one (地域包括支援センター, 近くの総合病院)."""
FACILITY_NOUNS = _LISTS["facility-after-name"]
"""What facilities are, after their names (佐藤病院)."""
FACILITY_TYPES = _LISTS["facility-before-name"]
"""What facilities are, before their names (デイサービスひまわり)."""
