"""The themes of the field, and the words by which a text shows that it is about one.

Names are those that case studies are sorted by as well; staff may add others to a field of a content type, not here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme and its cues: regular expressions for the folded text."""

    name: str
    sure: str
    """One mention is enough: nobody writes it in passing."""
    likely: str = ""
    """Counts in a heading, or where it is written twice: 災害 alone is often an example among others."""


THEMES = (
    Theme("ヤングケアラー", r"ヤングケアラー|若者ケアラー"),
    Theme(
        "ゴミ屋敷・セルフネグレクト",
        r"[ごゴ][みミ]屋敷|セルフ・?ネグレクト|いわゆるごみ屋敷|ため込み症",
        r"片付けられない|不衛生",
    ),
    Theme("ひきこもり", r"(?:ひきこも|引きこも|引き籠)り(?!がち)", r"ひきこも|社会的孤立"),
    Theme("8050問題", r"(?<!\d)8050(?!\d)|9060問題|八〇五〇|親亡き後"),
    Theme("孤立・孤独死", r"孤独死|孤立死|社会的孤立|孤独・孤立|孤立・孤独", r"孤立|孤独"),
    Theme("生活困窮", r"生活困窮|困窮者|特例貸付|住居確保給付金|生活福祉資金|家計改善支援", r"困窮|滞納|生活保護|貸付"),
    Theme("権利擁護", r"権利擁護|成年後見|市民後見|日常生活自立支援事業|法人後見|意思決定支援", r"後見人|代理権"),
    Theme("子どもの貧困", r"子ども?の貧困|子ども食堂|こども食堂|学習支援", r"ひとり親|就学援助"),
    Theme(
        "災害",
        r"災害ボランティア|災害支援|避難所|被災者|被災地|災害公営住宅|災害ケースマネジメント|個別避難計画",
        r"災害|被災|防災|避難",
    ),
    Theme(
        "多文化共生",
        r"多文化|外国籍|外国人住民|外国につながる|外国にルーツ|やさしい日本語|技能実習生",
        r"外国人|通訳|国際交流",
    ),
    Theme("認知症", r"認知症カフェ|認知症サポーター|オレンジカフェ|チームオレンジ|若年性認知症", r"認知症"),
    Theme(
        "障害",
        r"障害者|障がい者|障害福祉|障害のある|障がいのある|発達障害|精神障害|知的障害|身体障害|医療的ケア児",
        r"障害|障がい",
    ),
    Theme("虐待", r"児童虐待|高齢者虐待|障害者虐待|虐待(?:の?防止|通報|対応|を受け)", r"虐待"),
    Theme(
        "DV・性暴力",
        r"(?<![a-z])dv(?![a-z])|配偶者(?:から|等)の?暴力|ドメスティック・?バイオレンス|性暴力|困難な問題を抱える女性",
    ),
    Theme("再犯防止", r"再犯防止|更生保護|地域生活定着|出所者|保護司|刑務所出所", r"更生|出所"),
    Theme("重層的支援", r"重層的支援|多機関協働|包括的支援体制|断らない相談|参加支援", r"庁内連携|重層"),
    Theme(
        "地域づくり",
        r"地域づくり|支え合いの地域|協議体|生活支援コーディネーター|生活支援co|地区社協",
        r"自治会|住民主体|支え合い",
    ),
    Theme("居場所", r"居場所づくり|居場所「|地域の居場所|通いの場|ふれあいサロン|いきいきサロン", r"居場所|サロン"),
    Theme("見守り", r"見守り(?:活動|隊|協定|ネットワーク|訪問|支援)|安否確認", r"見守り"),
    Theme("移動・買い物支援", r"移動支援|移動販売|買い物(?:支援|難民|弱者)|外出支援|福祉有償運送", r"送迎|買い物"),
    Theme("住まい", r"居住支援|住まい(?:の相談|支援)|住宅確保要配慮者|住居確保", r"入居|立ち退き|退去"),
    Theme("就労支援", r"就労(?:支援|準備|継続|移行)|働きづらさ|中間的就労", r"就労|就職"),
    Theme("不登校", r"不登校|学校に行き(?:づら|にく|たくな)|フリースクール"),
    Theme("自殺対策", r"自殺(?:対策|予防|防止)|自死遺族|ゲートキーパー|希死念慮", r"自殺|自死"),
    Theme("依存症", r"依存症|アルコール依存|ギャンブル依存|断酒会"),
    Theme("消費者被害", r"消費者被害|悪質商法|特殊詐欺|訪問販売の被害", r"詐欺|悪質"),
    Theme("性の多様性", r"lgbt|性的マイノリティ|性的少数者|性の多様性|トランスジェンダー"),
    Theme("食の支援", r"フードバンク|フードドライブ|フードパントリー|食料支援|食糧支援", r"配食"),
    Theme("民生委員・児童委員", r"民生委員制度|民生委員・児童委員|民生委員児童委員|民児協", r"民生委員"),
    Theme("ボランティア", r"ボランティア(?:センター|募集|養成|講座|活動)", r"ボランティア"),
)
"""All themes, in the order in which they are offered."""

NAMES = tuple(theme.name for theme in THEMES)
"""Their names: the values of the annotations of kind ``theme``."""
