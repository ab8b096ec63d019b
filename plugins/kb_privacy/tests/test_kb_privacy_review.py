"""The check of whole documents, through the door that the core uses."""

from dataclasses import replace

import pytest

import kb_privacy
from kb import AccessClass, Config, KbError
from kb.plugins import Plugins
from kb_privacy.tests.casefile import CASES, accepted, case, read, whole

PLUGINS = Plugins({"kb_privacy": kb_privacy})


@pytest.fixture(name="config")
def fixture_config(tmp_path):
    config = Config(home=tmp_path)
    config.documents.mkdir()
    return config


@pytest.fixture(name="review")
def fixture_review(config):
    return lambda document, sections: PLUGINS.review(document, sections, config)


def proposals(findings):
    return {finding.evidence: finding.proposal for finding in findings}


# ------------------------------------------------------------------------------------------------ realistic cases


@pytest.mark.parametrize("name", CASES)
def test_a_case_with_all_proposals_accepted_has_no_finding_left(review, name):
    document, sections = read(name)
    rewritten = accepted(document, sections, review(document, sections))
    assert review(*rewritten) == ()


@pytest.mark.parametrize(
    ("name", "secrets"),
    [
        (
            "hoarding.txt",
            "田中 花子 太郎 正一 石川 鈴木 陽子 小野寺 山崎 青葉町 4月5日 3344 0001234567 みどり製作所 つくし ひまわり",
        ),
        (
            "withdrawn.txt",
            "K.S 渡辺 和子 佐々木 松永 浜岡 山田工務店 汐見診療所 若葉大学 ks1968 1234567 567890 さくら 汐見町",
        ),
        (
            "young_carer.txt",
            "木下 陽菜 真由美 蓮 トメ ロドリゴ 荒木 内田 熊谷 橋本 緑町 潮風 0456 7788 汐見 みなと さくら苑 山田町",
        ),
    ],
)
def test_nothing_of_a_case_is_left_that_gives_somebody_away(review, name, secrets):
    document, sections = read(name)
    text = whole(*accepted(document, sections, review(document, sections)))
    assert [secret for secret in secrets.split() if secret in text] == []


@pytest.mark.parametrize(
    ("name", "passages"),
    [
        (
            "hoarding.txt",
            [
                "Aさんのごみ屋敷への関わり",
                "Aさん（78歳、昭和21年生まれ）は、みどり県A市の持ち家で、長男のBさん（52歳）と二人で暮らしている。夫のCさんは",
                "緊急連絡先：E（長女）　○○○-○○○○-○○○○",
                "令和4年5月10日、D氏の案内でCSWがA宅を訪ねた。",
                "BさんはA中学校を出てから家を離れたことがなく、三年前に株式会社Bを辞めて以来",
                "C病院に運ばれた",
                "AさんはA市の子ども食堂に来るようになり",
                "（若葉市社会福祉協議会　高橋 記）",
            ],
        ),
        (
            "withdrawn.txt",
            [
                "相談者はAさん（80代女性）で、五十代の息子Cさんと、A町の一軒家に住む。",
                "父親のBさんは昨年、B診療所で看取られた。",
                "「Cさん、ラジオの話を聞かせてください」",
                "緊急のときはDさん（○○○-○○○○-○○○○）に知らせる",
            ],
        ),
        (
            "young_carer.txt",
            [
                "本人：A（14歳、A中学校2年）\n母：B（41歳）　うつ病により、Bクリニックに通院中\n弟：C（6歳）　C保育園",
                "住所：〒○○○-○○○○ みどり県A市",
                "Bさんの母のHさんは、B町の特別養護老人ホームDに入っている。",
                "「お母さんが起きられない日は、Cを送ってから来る」",
                "（報告者：みどり県社会福祉協議会　大西 典子）",
            ],
        ),
    ],
)
def test_a_case_with_all_proposals_accepted_reads_naturally(review, name, passages):
    document, sections = read(name)
    text = whole(*accepted(document, sections, review(document, sections)))
    assert [passage for passage in passages if passage not in text] == []


@pytest.mark.parametrize("name", CASES)
def test_what_has_been_replaced_is_no_finding_whichever_half_is_done_first(review, name):
    document, sections = read(name)
    findings = review(document, sections)
    for half in (findings[::2], findings[1::2]):
        done = {finding.proposal for finding in half}
        rest = review(*accepted(document, sections, half))
        assert not done & {finding.evidence for finding in rest}


@pytest.mark.parametrize("name", CASES)
def test_letters_that_have_been_given_are_not_given_again(review, name):
    document, sections = read(name)
    names = [finding for finding in review(document, sections) if finding.kind == "name"]
    first = [finding for finding in names if finding.evidence == names[0].evidence]
    rest = review(*accepted(document, sections, first))
    assert names[0].proposal not in {finding.proposal for finding in rest if finding.kind in {"name", "initial"}}


# ------------------------------------------------------------------------------------------------------ who is who


def test_one_person_has_one_letter_whatever_the_text_calls_them(review):
    document, sections = case(
        "田中さんのこと", ("概要", "田中花子さんは78歳。花子さんは一人で暮らす。"), ("支援", "田中宅を訪ねた。")
    )
    found = review(document, sections)
    assert proposals(found) == {"田中": "A", "田中花子": "A", "花子": "A"}


def test_relatives_of_one_family_name_are_different_people(review):
    text = "氏名：村上 勇\n妻の村上 文子さんが、村上 勇さんを支えている。村上さんは元気だ。"
    assert proposals(review(*case("事例", ("概要", text)))) == {"村上 勇": "A", "村上 文子": "B", "村上": "A"}


def test_kana_above_a_name_is_the_same_person(review):
    found = review(*case("事例", ("概要", "フリガナ：オオツカ ミツ\n氏名：大塚 ミツ\n長男の大塚 勝さん")))
    assert proposals(found) == {"オオツカ ミツ": "A", "大塚 ミツ": "A", "大塚 勝": "B"}


def test_kana_in_brackets_is_the_name_again_and_anything_else_is_not(review):
    found = review(*case("事例", ("概要", "梶谷（カジタニ）さんと、梶谷（ケアマネ）が来た。")))
    assert proposals(found) == {"梶谷（カジタニ）": "A", "梶谷": "A"}


def test_letters_that_the_text_uses_already_are_taken(review):
    found = review(*case("事例", ("概要", "Aさんは、佐藤さんの隣に住む。"), ("経過", "Bさんが来た。")))
    assert proposals(found) == {"佐藤": "C"}


def test_letters_keep_the_width_of_the_text(review):
    assert proposals(review(*case("事例", ("概要", "Ａさんは、佐藤さんの隣に住む。")))) == {"佐藤": "Ｂ"}


def test_after_z_come_double_letters(review):
    surnames = [
        "佐藤",
        "鈴木",
        "高橋",
        "田中",
        "渡辺",
        "伊藤",
        "山本",
        "中村",
        "小林",
        "加藤",
        "吉田",
        "山田",
        "佐々木",
        "山口",
        "松本",
        "井上",
        "木村",
        "斎藤",
        "清水",
        "山崎",
        "阿部",
        "森",
        "池田",
        "橋本",
        "山下",
        "石川",
        "中島",
        "前田",
    ]
    document, sections = case("事例", ("概要", "\n".join(f"{surname}さんが来た。" for surname in surnames)))
    found = review(document, sections)
    assert [finding.proposal for finding in found][24:] == ["Y", "Z", "AA", "AB"]
    assert review(*accepted(document, sections, found)) == ()


def test_initials_get_the_next_letters_also_where_others_begun_the_series_in_another_section(review):
    found = review(*case("事例", ("概要", "Aさんと妹のBさん。"), ("経過", "K.S.さんとMさんが来た。Cさんも来た。")))
    assert proposals(found) == {"K.S.": "D", "M": "E"}


def test_the_letters_of_facilities_and_of_people_are_two_series(review):
    found = review(*case("事例", ("概要", "佐藤さんは、A病院から若葉中学校を経て、デイサービスBに移った。")))
    assert proposals(found) == {"佐藤": "A", "若葉中学校": "C中学校"}


def test_a_facility_has_one_letter_under_its_short_name_too(review):
    found = review(*case("事例", ("概要", "特別養護老人ホーム「さくら苑」に入った。"), ("経過", "さくら苑を訪ねた。")))
    assert set(proposals(found).values()) == {"特別養護老人ホームA", "A苑"}


def test_a_name_is_found_without_san_where_another_passage_says_it_is_one(review):
    text = "長女の陽子さんが来た。翌日、陽子が電話をかけた。"
    assert [f.certain for f in review(*case("事例", ("概要", text))) if f.evidence == "陽子"] == [True, False]


# ----------------------------------------------------------------------------------------------------------- places


def test_naming_a_municipality_is_no_finding(review):
    assert review(*case("若葉市の事例", ("概要", "若葉市に住むAさんは、山田町で育った。"))) == ()


def test_a_municipality_is_written_alike_everywhere_once_an_address_names_it(review):
    found = review(*case("若葉市の事例", ("概要", "住所：若葉市青葉町3-12-5"), ("経過", "若葉市の窓口に来た。")))
    assert [(f.kind, f.where, f.proposal, f.certain) for f in found] == [
        ("place", "title", "A市", False),
        ("address", "text", "A市", True),
        ("place", "text", "A市", False),
    ]


def test_an_address_without_municipality_becomes_something_general(review):
    text = "大字南原456番地の実家から、青葉ハイツ101号室に移った。汐見町浜1234番地に畑がある。"
    assert proposals(review(*case("事例", ("概要", text)))) == {
        "大字南原456番地": "町内",
        "青葉ハイツ101号室": "集合住宅",
        "汐見町浜1234番地": "A町",
    }


@pytest.mark.parametrize(
    ("text", "evidence", "proposal"),
    [
        ("さいたま市浦和区常盤1-2-3に住む。", "さいたま市浦和区常盤1-2-3", "A市"),
        ("神奈川県足柄上郡山北町岸1234番地", "足柄上郡山北町岸1234番地", "A町"),
        ("東京都千代田区丸の内1丁目2番3号", "千代田区丸の内1丁目2番3号", "A区"),
        ("生年月日 昭和23年4月5日", "昭和23年4月5日", "昭和23年"),
        ("S23.4.5生", "S23.4.5", "S23年"),
        ("1948/4/5生まれ", "1948/4/5", "1948年"),
        ("誕生日は4月5日", "4月5日", "○月○日"),
        ("電話０９０－１２３４－５６７８", "０９０－１２３４－５６７８", "○○○－○○○○－○○○○"),
        ("メールは a.b@example.jp へ", "a.b@example.jp", "○○○@○○○"),
    ],
)
def test_proposals_of_one_passage(review, text, evidence, proposal):
    document, sections = case("事例", ("概要", text))
    found = review(document, sections)
    assert proposals(found) == {evidence: proposal}
    assert review(*accepted(document, sections, found)) == ()


# ------------------------------------------------------------------------------------------- what is left in peace


@pytest.mark.parametrize("access", [AccessClass.PUBLIC, AccessClass.MEMBERS])
def test_only_case_studies_are_checked(review, access):
    document, sections = case("田中花子さんの話", ("概要", "電話 090-1234-5678"))
    assert review(replace(document, access=access), sections) == ()


def test_bylines_are_no_findings_and_people_of_the_case_beside_such_a_word_are(review):
    document, sections = case(
        "事例", ("執筆者", "大西 典子（みどり大学）"), ("経過", "報告者は田中さんを訪ねた。記録：佐藤さんが来所した。")
    )
    assert proposals(review(document, sections)) == {"田中": "A", "佐藤": "B"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("執筆者：大西 典子（みどり大学）", []),
        ("報告　みどり県社会福祉協議会　浅井 美雪", []),
        ("記録：田中宅を訪問し、一時間話を聴いた。", ["田中"]),
        ("記録　田中 花子は不在だった", ["田中 花子"]),
        ("参考文献：木村達也『伴走の技法』", []),
        ("文献を読んだ木村達也さん", ["木村達也"]),
        ("田中さんは『もういい』と言った", ["田中"]),
    ],
)
def test_what_signs_and_what_tells(review, text, names):
    assert [f.evidence for f in review(*case("事例", ("概要", text)))] == names


def test_the_councils_own_contact_data_may_stand_in_whatever_width(config, review):
    document, sections = case(
        "事例", ("問合せ", "若葉市本町1-2-3 電話０４６５－１１－２２３３ 担当 三宅さん、電話 0465-11-9999")
    )
    (config.documents / "privacy-allow.txt").write_text(
        "# 社協の連絡先\n若葉市本町1-2-3\n0465-11-2233\n三宅\n\n", encoding="utf-8-sig"
    )
    assert proposals(review(document, sections)) == {"0465-11-9999": "○○○○-○○-○○○○"}


def test_an_allowed_number_allows_no_longer_one(config, review):
    (config.documents / "privacy-allow.txt").write_text("0465-11-223\n", encoding="utf-8")
    assert len(review(*case("事例", ("問合せ", "電話 0465-11-2233")))) == 1


def test_an_allow_list_that_cannot_be_read_says_so(config, review):
    (config.documents / "privacy-allow.txt").write_bytes("三宅".encode("cp932"))
    with pytest.raises(KbError, match=r"privacy-allow.txt.*UTF-8"):
        review(*case("事例", ("概要", "三宅さん")))


def test_what_stands_in_a_column_of_a_register_is_what_its_first_row_says(review):
    register = "No.\t氏名\t生年月日\t訪問日\n1\t久保田 トメ\tS23.4.5\tR5.4.5\n2\tおの みき\t昭和30年1月2日\t令和5年4月6日\n合計2名\t\nメモ"
    found = review(*case("名簿", ("一覧", register)))
    assert proposals(found) == {"久保田 トメ": "A", "S23.4.5": "S23年", "おの みき": "B", "昭和30年1月2日": "昭和30年"}
    assert review(*accepted(*case("名簿", ("一覧", register)), found)) == ()


def test_a_passage_may_reach_over_the_end_of_a_block(review):
    (found,) = review(*case("事例", ("概要", "生年月日\n昭和23年4月5日")))
    assert (found.kind, found.evidence) == ("birth", "昭和23年4月5日")
