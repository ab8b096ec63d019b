"""Rules that newsletters of other offices taught, each with the lines that it was seen in."""

import pytest

from kb.text.outline import outline
from kb.text.repair import repair


@pytest.fixture
def tree(lines):
    """(level, heading) of each section of a text."""

    def make(text):
        return [(section.level, section.heading) for section in outline(repair(lines(text)).blocks)]

    return make


def test_zero_typed_for_a_circle_begins_sub_headings(tree):
    notice = "〇絵本を読む人\n週に一度、保育園で絵本を読みます。\n〇〇市からの転入者も歓迎します。"
    text = f"▼募集\n次の方を募集します。\n{notice}\n〇送迎をする人\n車でお送りします。\n▼終わりに\nお待ちしています。"
    assert tree(text) == [(1, "募集"), (2, "絵本を読む人"), (2, "送迎をする人"), (1, "終わりに")]


@pytest.mark.parametrize("mark", ["■", "★", "◆"])
def test_mark_torn_from_its_heading_is_put_before_it(tree, mark):
    text = (
        f"{mark}\n\n移動販売車が来ました\n\n毎週火曜日に来ます。\n\n{mark}\n\n配食の三十年\n\n今年で三十年になります。"
    )
    assert tree(text) == [(1, "移動販売車が来ました"), (1, "配食の三十年")]


def test_page_number_alone_is_no_mark(repaired):
    assert ("list", 0, "1") not in repaired("1\n毎週火曜日に移動販売車が来ます。")
    assert all("1毎週" not in text for _, _, text in repaired("1\n毎週火曜日に移動販売車が来ます。"))


def test_bracket_torn_in_two_by_a_wide_space_is_one_heading(repaired):
    blocks = repaired("【令和６年度\n\n事業計画】\n\n三月の評議員会で承認されました。\n\n主な事業は次のとおりです。")
    assert blocks[0][2] == "【令和６年度事業計画】"


def test_parts_between_articles_stand_below_them_though_their_mark_usually_stands_higher(tree):
    text = "\n".join(
        f"{heading}\n今年も多くの方が参加し、話し合いました。" for heading in ("◇春", "◇夏", "□海", "□山", "◇秋", "◇冬")
    )
    assert [level for level, _ in tree(text)] == [1, 1, 2, 2, 1, 1]


def test_mark_that_stands_right_above_another_encloses_it(tree):
    prose = "今年も多くの方が参加し、話し合いました。"
    text = f"■春の集い\n{prose}\n●若葉地区\n{prose}\n●潮見地区\n{prose}\n◆information◆\n●これからの予定\n{prose}"
    assert tree(text)[-2:] == [(1, "information"), (2, "これからの予定")]


def test_labels_with_one_value_are_items(tree):
    prose = "今年も多くの方が参加し、話し合いました。"
    text = f"■調査から\n{prose}\n◎調査した地域\n若葉市、潮見市\n◎協力した団体\n若葉市社協\n■研修\n{prose}"
    assert tree(text) == [(1, "調査から"), (1, "研修")]


def test_numbered_steps_that_are_sentences_are_items(tree):
    text = "★簡易トイレ\n断水のときに役立ちます。\n①袋をかぶせます。\nもう一枚も用意します。\n②口を結びます。\nしっかり結びます。\n★終わりに\n備えましょう。"
    assert [heading for _, heading in tree(text)] == ["簡易トイレ", "終わりに"]


def test_end_of_a_verb_below_a_heading_belongs_to_it(tree):
    prose = "災害が起きてから活動を始めるまでの\n時間を短くするため、四月から制度を\n始めます。登録した方には、年に二回\nの研修をご案内します。"
    assert tree(f"★災害ボランティアの登録が始\nまります\n　{prose}\n★次の話\n　{prose}")[0] == (
        1,
        "災害ボランティアの登録が始まります",
    )


def test_entries_of_a_calendar_stay_apart(repaired):
    text = "■７月の行事\n９日（火）　点訳ボランティアの会\n13日（土）　おもちゃ病院\n17日（水）　介護者のつどい"
    assert len(repaired(text)) == 4


def test_sentence_that_goes_on_with_a_date_is_no_calendar(repaired):
    text = "令和４年３月２３日（水）には会議を開き、課題を持ち寄り、\n３月２５日（金）にはその結果を報告しました。"
    assert len(repaired(text)) == 1
