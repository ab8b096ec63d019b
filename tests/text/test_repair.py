"""Text repair: what readers would join is joined, what they would part is parted, and nothing but spaces is lost."""

import pytest

from kb.model import BBox, Block, Extraction
from kb.text.outline import outline
from kb.text.repair import repair

# ------------------------------------------------------------------------------------------- marked trailing spaces

#: In Word's manner: wrapped lines without a space at their end, paragraphs with one, a blank line after every line.
WORD = """\
■地域の居場所づくりを考えるコミュニティカフ

ェ実践講座を開催␠

県内の九つの市町村から、居場所を運営する住民や社協の職員が集

まり、始めたきっかけや続けるための工夫を語り合いました。会場は、空

き家を改修した古民家です。␠

当日は地域福祉 Co も加わりました。␠
␠

●続けるための工夫␠

無理をせず、月に二回から始めたという団体が多く見られました。開

く日を決め、来た人に役割をもってもらうことが大切だといいます。␠
"""


@pytest.fixture
def word(repaired):
    def make(text):
        return repaired(text.replace("␠", " "))

    return make


def test_wrapped_lines_of_a_heading_and_of_paragraphs_are_joined(word):
    assert word(WORD) == [
        ("heading", 1, "■地域の居場所づくりを考えるコミュニティカフェ実践講座を開催"),
        (
            "paragraph",
            0,
            "県内の九つの市町村から、居場所を運営する住民や社協の職員が集まり、始めたきっかけや続けるための工夫を語り合いました。会場は、空き家を改修した古民家です。",
        ),
        ("paragraph", 0, "当日は地域福祉Coも加わりました。"),
        ("heading", 2, "●続けるための工夫"),
        (
            "paragraph",
            0,
            "無理をせず、月に二回から始めたという団体が多く見られました。開く日を決め、来た人に役割をもってもらうことが大切だといいます。",
        ),
    ]


def test_paragraph_may_end_at_the_very_end_of_a_line_if_a_space_marks_it(word):
    text = WORD.replace("古民家です。␠", "古民家です。庭も広くて心地よい所なのでした。␠")
    assert [kind for kind, _, _ in word(text)] == ["heading", "paragraph", "paragraph", "heading", "paragraph"]


def test_spaces_at_the_ends_of_all_lines_say_nothing(repaired):
    text = "\n".join(f"{line} " for line in WORD.replace("␠", "").split("\n") if line)
    assert repaired(text)[1][2].endswith("会場は、空き家を改修した古民家です。")


def test_word_that_a_stray_paragraph_mark_cuts_is_mended_by_the_words_of_the_text(word):
    text = (
        WORD
        + """
市民後見の担い手を育てる市民後見センターが、この春に開かれました。␠

市民後␠

見センターでは、市民後見の相談に応じます。␠
"""
    )
    assert "市民後見センターでは、市民後見の相談に応じます。" in [text for _, _, text in word(text)]


@pytest.mark.parametrize(
    ("end", "beginning"), [("それを支える地域福祉", "Coも加わり"), ("それを支えた地域福祉Co", "は、話を聞き")]
)
def test_space_between_japanese_and_ascii_at_the_end_of_a_line_is_no_mark(word, end, beginning):
    text = (
        WORD + f"\n活動を始めたきっかけを話し合う場では、{end}␠\n\n{beginning}、これからの町の姿を語り合いました。␠\n"
    )
    assert f"{end}{beginning}、これから" in word(text)[-1][2]


@pytest.mark.parametrize(
    "paragraph",
    ["", "県内の町から、居場所\n\nを運営する住民や社協の\n\n職員が集まり、始めた\n\nきっかけを話しました。␠\n\n"],
)
def test_heading_that_lacks_its_space_does_not_take_the_text_below(word, paragraph):
    text = WORD.replace("●続けるための工夫␠\n\n", f"●続けるための工夫\n\n{paragraph}")
    assert ("heading", 2, "●続けるための工夫") in word(text)


def test_full_line_that_ends_within_a_phrase_goes_on_in_spite_of_its_space(word):
    line = "活動を始めたきっかけを話し合う場では、それを支える地域の仲間の␠"
    assert "地域の仲間の悩みや" in word(f"{WORD}\n{line}\n\n悩みや、これからの町の姿を語り合いました。␠\n")[-1][2]


def test_item_with_a_space_at_its_end_is_complete_though_its_line_is_full(word):
    item = "・役員が代わる年にも見守りの活動を続けていくための名簿や地図を"
    assert ("list", 0, item) in word(f"{WORD}\n{item}␠\n\n会員の皆さんで見ることができます␠\n")


def test_blank_lines_within_paragraphs_are_seen_by_the_spaces_where_all_lines_break_between_kanji(word):
    text = """\
■こどもの居場所の講座を開催␠

気になる子どもがいたら、一人で抱えずに相談することが大

切です。講師のCSWからは、学校との情報共有や食物アレル

ギーへの備えについて話がありました。␠
"""
    assert [kind for kind, _, _ in word(text + text)] == ["heading", "paragraph"] * 2


# ---------------------------------------------------------------------------------------------------- side boxes

BOX = """
␠
␠
␠
␠

申し込みのご案内␠

席に限りがありますので、お早␠

めにお申し込みください。␠
■次の記事␠

次の記事の文章がここから始まり、紙面の幅いっぱいに書かれていくことにな

ります。␠
"""


def sections(lines, text):
    found = outline(repair(lines(text.replace("␠", " "))).blocks)
    return [(section.kind, section.level, section.heading) for section in found]


def test_text_after_room_for_a_box_is_a_section_apart(lines):
    assert sections(lines, WORD + BOX) == [
        ("article", 1, "地域の居場所づくりを考えるコミュニティカフェ実践講座を開催"),
        ("article", 2, "続けるための工夫"),
        ("box", 2, "申し込みのご案内"),
        ("article", 1, "次の記事"),
    ]


def test_running_text_as_wide_as_the_article_goes_on_after_the_room(lines):
    text = (
        WORD
        + """
␠
␠
␠
␠

写真のために空けた所の下で、記事の文章は紙面の幅いっぱいにこの

ように続いていきます。何行にもわたって書かれているので、囲みではな

く、もとの記事の一部だと分かります。␠
"""
    )
    assert [kind for kind, _, _ in sections(lines, text)] == ["article", "article"]


def test_two_rooms_make_two_boxes(lines):
    text = WORD + BOX.split("■", maxsplit=1)[0] + "␠\n\n␠\n\n␠\n\n␠\n\n用語の解説␠\n\n見守りとは、声をかけ合うこと。␠\n"
    assert [kind for kind, _, _ in sections(lines, text)] == ["article", "article", "box", "box"]


# --------------------------------------------------------------------------------------------- hard wraps, indents


def test_hard_wrapped_text_with_indents_falls_into_its_paragraphs(repaired):
    text = """\
　町内会の役員が代わるたびに途切れがちだった
見守りの活動を、名簿と地図で引き継ぐ工夫を始
めました。
　今年の春は三つの班で、新しい役員と前の役員
が一緒に家々を回りました。"""
    assert [block for _, _, block in repaired(text)] == [
        "町内会の役員が代わるたびに途切れがちだった見守りの活動を、名簿と地図で引き継ぐ工夫を始めました。",
        "今年の春は三つの班で、新しい役員と前の役員が一緒に家々を回りました。",
    ]


def test_line_that_is_not_indented_goes_on_from_one_that_is_though_the_break_is_between_kanji(repaired):
    text = """\
■看取り期の暮らし
　気になる子どもがいたら、一人で抱えずに相談することが大切です。若葉町では、訪問看護と社
協の生活支援サービスが手を組み、家族だけに負担が偏らない体制づくりを進めています。"""
    assert [kind for kind, _, _ in repaired(text)] == ["heading", "paragraph"]


def test_short_last_line_ends_a_paragraph_without_indents(repaired):
    text = """\
町内会の役員が代わるたびに途切れがちだった見
守りの活動を、名簿と地図で引き継ぐ工夫を始め
ました。
今年の春は三つの班で、新しい役員と前の役員が
一緒に家々を回り、顔をつなぎました。"""
    assert len(repaired(text)) == 2


def test_lines_that_are_paragraphs_already_stay_apart(repaired):
    text = """\
配食サービスの利用者が百人を超えました。お弁当を届ける人の募集も続けています。
サロンでは、体操と歌の会を開いています。どなたでもお越しください
会場は、町内の五つの集会所です。車での送迎もありますので、足に不安のある方もご相談ください。"""
    assert len(repaired(text)) == 3


def test_bracket_that_is_open_at_the_end_of_a_line_joins_the_next(repaired):
    text = """\
相談会を開きます（雨天の
ときは中止）
参加は自由です。"""
    assert repaired(text)[0][2] == "相談会を開きます（雨天のときは中止）"


def test_paragraph_goes_on_across_a_page_number(lines):
    text = """\
見守りの活動を引き継ぐための名簿と地図をつく
り、新しい役員と前の役員が一緒に家々を回りな
- 3 -
がら、困りごとや心配なことを聞いていきました
。"""
    blocks = repair(lines(text)).blocks
    assert [block.kind for block in blocks] == ["paragraph", "furniture"]
    assert "回りながら、" in blocks[0].text
    assert blocks[1].text == "- 3 -"


# ------------------------------------------------------------------------------------------------------- joiner


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("地域福祉コーディネ", "ーターが集まりました。", "地域福祉コーディネーターが集まりました。"),
        ("みどり県社会福祉", "協議会のお知らせです。", "みどり県社会福祉協議会のお知らせです。"),
        ("くわしくは https://www.example.org/", "josei/2022.html をご覧ください。", "https://www.example.org/josei/2022.html"),
        ("お問い合わせは chiiki@example.", "org までお願いします。", "chiiki@example.org"),
        ("電話は 000-123-", "4567 です。", "000-123-4567"),
        ("研究会の名は Social Work", "Lab といいます。", "Social Work Lab"),
        ("参加は平均して1", "2件でした。", "平均して12件"),
        ("参加費は、", "無料です。", "参加費は、無料です。"),
    ],
)  # fmt: skip
def test_nothing_stands_between_joined_lines_but_a_space_between_ascii_words(repaired, first, second, joined):
    start = "春の集いに来た多くの人と話をして、"
    full = start[: 26 - len(first)] + first
    blocks = repaired(
        f"{start}これからの暮らし\nに役立つことを学び、{start}\nまた{start}\n来ました。\n{full}\n{second}"
    )
    assert joined in blocks[-1][2]


@pytest.mark.parametrize(
    ("written", "tidied"),
    [
        ("生活支援 Co が支えます。", "生活支援Coが支えます。"),
        ("市内 13 の地区", "市内13の地区"),
        ("今年は No.2 で紹介した取り組みです。", "今年はNo.2で紹介した取り組みです。"),
        ("続けていきます 。", "続けていきます。"),
        ("お　知　ら　せ", "お知らせ"),
        ("日本ケ ア ラ ー連盟", "日本ケアラー連盟"),
        ("（一般社団法人 みどりの会 ）", "（一般社団法人 みどりの会）"),
        ("1. 対象と期間", "1. 対象と期間"),
        ("2 事業の目的", "2 事業の目的"),
        ("3 人に一人が", "3人に一人が"),
        ("土屋　はるか", "土屋　はるか"),
        ("みどり市本町 1-2-3", "みどり市本町 1-2-3"),
        ("電話 000-123-4567", "電話 000-123-4567"),
        ("重層的支援体制整備事業 白鷺市", "重層的支援体制整備事業 白鷺市"),
    ],
)
def test_spaces_of_the_layout_go_and_those_of_the_writer_stay(repaired, written, tidied):
    assert [block for _, _, block in repaired(written)] == [tidied]


def test_nothing_of_the_text_is_normalised(repaired):
    text = "①１０～１２時、㈱みどり（R３.10.8）、茅ヶ崎市と龍ケ崎市、㋿４年"
    assert repaired(text)[0][2] == text


# --------------------------------------------------------------------------------------- marks and what they mean


def kinds(repaired, text):
    return [(kind, text) for kind, _, text in repaired(text)]


def test_items_fields_and_rows_are_told_from_text(repaired):
    text = """\
■ふれあい農園の利用者を募集します
土に触れながら、ご近所と知り合いになりませんか。
・一区画は十平方メートル
・水道と農具があります
◎初心者には指導員がつきます
期間：四月から翌年三月まで
☎ 000-123-4567
区画\t料金
Ａ\t3,000円"""
    assert kinds(repaired, text) == [
        ("heading", "■ふれあい農園の利用者を募集します"),
        ("paragraph", "土に触れながら、ご近所と知り合いになりませんか。"),
        ("list", "・一区画は十平方メートル"),
        ("list", "・水道と農具があります"),
        ("list", "◎初心者には指導員がつきます"),
        ("field", "期間：四月から翌年三月まで"),
        ("field", "☎ 000-123-4567"),
        ("table", "区画\t料金"),
        ("table", "Ａ\t3,000円"),
    ]


def test_label_is_no_heading_even_after_a_mark(repaired):
    text = """\
■介護者のつどい
●日　時：6月17日（金）
●場　所：東部公民館
■職員の募集
●応募方法：履歴書を送付
【対象】どなたでも"""
    assert [text for kind, text in kinds(repaired, text) if kind == "heading"] == ["■介護者のつどい", "■職員の募集"]


def test_blanks_to_be_filled_in_are_no_marks(repaired):
    text = """\
○○市の例を紹介します。
○ふれあいの会
ふれあいの会では、月に一度集まっています。
○見守りの会
見守りの会では、毎日のように声をかけています。"""
    assert kinds(repaired, text)[0] == ("paragraph", "○○市の例を紹介します。")


def test_remark_in_brackets_is_no_field(repaired):
    assert kinds(repaired, "（取材：広報委員の土屋）") == [("paragraph", "（取材：広報委員の土屋）")]


def test_numbers_that_do_not_count_up_are_text(repaired):
    text = """\
役員会では次の年度の予定を話し合い、これまでの
３、４月に加えて、秋にも集まることになりました。"""
    assert len(repaired(text)) == 1


@pytest.mark.parametrize("mark", ["■", "●", "◆", "◇", "★", "▼", "▶", "◎", "○", "□", "☆", "♪", "❖", "🌸"])
def test_any_symbol_may_begin_the_headings_of_a_newsletter(lines, mark):
    text = "\n".join(
        f"{mark}{title}\n{title}について、町の人に話を聞きました。" for title in ("夏の集い", "秋の集い", "冬の集い")
    )
    assert sections(lines, text) == [("article", 1, title) for title in ("夏の集い", "秋の集い", "冬の集い")]


@pytest.mark.parametrize(
    ("marks", "shown"),
    [
        (("１　", "２　"), ("１　", "２　")),
        (("1 ", "2 "), ("1 ", "2 ")),
        (("第１章　", "第２章　"), ("第１章　", "第２章　")),
        (("Ⅰ．", "Ⅱ．"), ("Ⅰ．", "Ⅱ．")),
        (("一、", "二、"), ("一、", "二、")),
        (("（１）", "（２）"), ("（１）", "（２）")),
        (("①", "②"), ("①", "②")),
    ],
)
def test_numbers_may_begin_headings_and_are_shown(lines, marks, shown):
    text = "\n".join(f"{mark}事業のようす\n町の人に話を聞き、事業のようすを伺いました。" for mark in marks)
    assert sections(lines, text) == [("article", 1, f"{number}事業のようす") for number in shown]


@pytest.mark.parametrize("pair", ["【】", "《》", "〈〉", "≪≫", "＜＞", "［］"])
def test_brackets_around_the_line_may_make_a_heading(lines, pair):
    text = "\n".join(f"{pair[0]}{title}{pair[1]}\n町の人に話を聞きました。" for title in ("春", "夏", "秋"))
    assert sections(lines, text) == [("article", 1, f"{pair[0]}{title}{pair[1]}") for title in ("春", "夏", "秋")]


def test_sentence_in_brackets_within_text_is_no_heading(repaired):
    text = """\
■地域を知る
【地域】を事例として取り上げ、みんなで学びました。
【若葉町】は坂の多い町です。買い物に困る人がいます。"""
    assert [kind for kind, _ in kinds(repaired, text)].count("heading") == 1


def test_style_that_comes_first_in_each_article_stands_higher(lines):
    part = "●団体の紹介\n会は三年前に始まりました。\n【活動】\n月に二回集まります。\n【これから】\n仲間を増やしたいです。\n"
    text = f"■東の町\n{part}■西の町\n{part}"
    assert [level for _, level, _ in sections(lines, text)] == [1, 2, 3, 3, 1, 2, 3, 3]


def test_style_that_opens_the_newsletter_and_returns_stands_above_one_of_similar_rank(lines):
    text = "\n".join(f"{mark}町の話題\n町の人に話を聞きました。" for mark in "★★■★■")
    assert [level for _, level, _ in sections(lines, text)] == [1, 1, 2, 1, 2]


@pytest.mark.parametrize("marks", ["★★■■", "●●■●■●"], ids=["does not return", "is of another rank"])
def test_style_that_opens_the_newsletter_else_stays_below(lines, marks):
    text = "\n".join(f"{mark}町の話題\n町の人に話を聞きました。" for mark in marks)
    levels = {mark: level for mark, (_, level, _) in zip(marks, sections(lines, text), strict=True)}
    assert levels["■"] <= levels[marks[0]]


def test_style_that_occurs_once_moves_no_other_down(lines):
    text = """\
■東の町
●団体の紹介
会は三年前に始まりました。
■西の町
★お願い
会費の納入をお願いします。
■南の町
●行事の報告
五月に春の集いを開きました。"""
    assert [level for _, level, _ in sections(lines, text)] == [1, 2, 1, 2, 1, 2]


def test_table_of_contents_makes_no_articles(lines):
    text = """\
みどりだより
【もくじ】
■春の集い …… 1
■夏の集い …… 2

■春の集い
五月に春の集いを開きました。
■夏の集い
八月に夏の集いを開きました。"""
    assert sections(lines, text)[1:] == [("article", 1, "春の集い"), ("article", 1, "夏の集い")]


def test_closing_words_below_the_last_part_belong_to_the_article(lines):
    part = "この部分では、参加した人の言葉を中心に、当日のようすを詳しくお伝えしていきます。\n"
    text = f"■講座の報告\n{part}\n●一日目\n{part}\n●二日目\n{part}\n{part}■次の記事\n{part}"
    last = "二日間の学びをこれからの活動に生かし、また来年も多くの皆さんと集まりたいと考えています。"
    text = text.replace(f"{part}■次", f"{last}\n■次")
    first, *parts, _ = outline(repair(lines(text)).blocks)
    assert first.text.endswith(last)
    assert not any(last in part.text for part in parts)


# ------------------------------------------------------------------------------------------ headings without any mark

BARE = """\
ひとり暮らしの高齢者を訪ねて
みなと町では、ひとり暮らしの方を民生委員が月に一度訪ねています。

移動販売が団地にやってきた
坂の多い団地では、買い物に出かけることが難しい人が増えています。
"""


def headings(lines, text):
    return [block.text for block in repair(lines(text)).blocks if block.kind == "heading"]


def test_title_above_a_notice_is_one_where_titles_stand_so_above_running_text(lines):
    notice = "\n食料をお届けする日\n第二土曜の午後\n中央公民館の玄関\n"
    assert headings(lines, BARE + notice)[2:] == ["食料をお届けする日"]
    assert headings(lines, BARE.replace("\n坂", "\n\n坂") + notice)[2:] == []


@pytest.mark.parametrize("row", ["４月の予定", "会費　　千円", "会費千円　500円", "窓口 000-123-4567"])
def test_row_is_no_title_of_the_rows_below(lines, row):
    assert len(headings(lines, f"{BARE}\n{row}\n第二土曜の午後\n中央公民館の玄関\n")) == 2


@pytest.mark.parametrize("byline", ["会長　山田　太郎", "若葉市社協　土屋さん"])
def test_name_of_the_writer_stands_between_a_title_and_its_text(lines, byline):
    article = f"\n支え合う町をめざして\n{byline}\n春の集いには、町の内外から多くの人が来てくださいました。\n"
    assert headings(lines, BARE + article)[2:] == ["支え合う町をめざして"]


@pytest.mark.parametrize("line", ["若葉市社協　土屋さん", "ふれあい大会事務局", "若葉市社会福祉協議会総務部"])
def test_name_or_office_is_no_title(lines, line):
    assert len(headings(lines, f"{BARE}\n{line}\n春の集いには、町の内外から多くの人が来てくださいました。\n")) == 2


# ---------------------------------------------------------------------------------------------------- on the page


def line(text, left, top, size=10.0, **fields):
    return Block(text, "line", page=1, size=size, bbox=BBox(left, top, left + size * len(text), top + size), **fields)


def test_larger_type_makes_a_heading_of_two_lines_without_any_mark():
    body = "町の人が集まり、これからの暮らしについて語り合"
    blocks = (
        line("みんなで支える", 50, 60, 16.0),
        line("まちの居場所", 50, 86, 16.0),
        line(f"　{body}", 50, 120),
        line("いました。", 50, 136),
        line("はじめの一歩", 50, 170, 16.0),
        line("集まった人の多くは、近所に住む六十代の人でした", 50, 200),
        line("。", 50, 216),
    )
    found = outline(repair(Extraction(blocks, "application/pdf")).blocks)
    assert [section.heading for section in found] == ["みんなで支えるまちの居場所", "はじめの一歩"]


def test_joined_block_lies_around_its_lines_and_starts_on_its_first_page():
    text = "町の人が集まり、これからの暮らしについて語り合"
    first, second = line(text, 50, 700), Block("いました。", "line", page=2, size=10.0, bbox=BBox(50, 60, 100, 70))
    blocks = (line(text, 50, 668), line(text, 50, 684), first, second)
    (block,) = repair(Extraction(blocks, "application/pdf")).blocks
    assert block.page == 1
    assert block.bbox == BBox(50, 668, 50 + 10 * len(text), 710)


def test_page_numbers_and_running_heads_are_furniture():
    blocks = []
    for page in (1, 2, 3):
        blocks.append(Block(f"みどりだより　第{page}号", "line", page=page))
        blocks += [
            Block(f"{page}番目の集いには{page}人が来ました。", "line", page=page),
            Block(str(page), "line", page=page),
        ]
    kept = [block.text for block in repair(Extraction(tuple(blocks), "text/plain")).blocks if block.kind != "furniture"]
    assert kept == [
        "みどりだより　第1号",
        "1番目の集いには1人が来ました。",
        "2番目の集いには2人が来ました。",
        "3番目の集いには3人が来ました。",
    ]


def test_lines_of_a_box_are_not_joined_to_the_article():
    text = "町の人が集まり、これからの暮らしについて語り合"
    blocks = (
        *(line(text, 50, top) for top in (60, 76)),
        *(line("用語の解説をここに書く", 320, top, aside=1) for top in (60, 76)),
        line("いました。", 50, 92),
    )
    found = repair(Extraction(blocks, "application/pdf")).blocks
    assert [(block.aside, block.text[-5:]) for block in found] == [(0, "いました。"), (1, "ここに書く")]


def test_paragraph_of_a_word_file_with_several_lines_is_several_lines():
    block = Block("日時：6月17日\n場所：東部公民館", "line")
    repaired = repair(Extraction((block,), "application/docx")).blocks
    assert [(block.kind, block.text) for block in repaired] == [
        ("field", "日時：6月17日"),
        ("field", "場所：東部公民館"),
    ]


def test_blocks_that_are_no_lines_stay_as_they_are():
    blocks = (Block("表紙", "heading", level=1), Block("文　章"), Block("Ａ\tＢ", "table"))
    extraction = Extraction(blocks, "text/html")
    assert repair(extraction) == extraction
