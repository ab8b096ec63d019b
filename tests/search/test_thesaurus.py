"""類語辞書: which other words are looked for, and what they are worth."""

import pytest

from kb.model import Synonyms
from kb.search.thesaurus import NARROWER, SYNONYM, Thesaurus


@pytest.fixture
def others(analyzer):
    """What a thesaurus of these entries offers for a text: for each segment, other words with their weights."""

    def look_up(entries, text):
        segments = Thesaurus(entries, analyzer).segments(analyzer.terms(text))
        return {
            "".join(segment.terms): {"".join(other.terms): other.weight for other in segment.alternatives}
            for segment in segments
        }

    return look_up


COUNCIL = Synonyms(("社協", "社会福祉協議会"))


def test_synonyms_stand_for_each_other(others):
    assert others([COUNCIL], "社協") == {"社協": {"社会福祉協議会": SYNONYM}}
    assert others([COUNCIL], "社会福祉協議会") == {"社会福祉協議会": {"社協": SYNONYM}}


def test_broader_word_finds_the_narrower_ones_and_not_the_other_way_round(others):
    entry = Synonyms(("ヤングケアラー",), broader=("介護者",))
    assert others([entry], "介護者") == {"介護者": {"ヤングケアラー": NARROWER}}
    assert others([entry], "ヤングケアラー") == {"ヤングケアラー": {}}


def test_entry_may_be_typed_in_any_spelling(others):
    entry = Synonyms(("生活支援Co", "生活支援コーディネーター"))
    for typed in ("生活支援Co", "生活支援ＣＯ", "生活支援co"):
        assert others([entry], typed) == {"生活支援co": {"生活支援コーディネーター": SYNONYM}}


def test_spelling_that_analysis_unites_is_no_other_word(others):
    assert others([Synonyms(("子ども", "子供", "こども"))], "子ども") == {"子供": {}}


def test_longest_entry_counts_and_the_rest_stands_by_itself(others):
    entries = [Synonyms(("生活支援", "暮らしの支援")), Synonyms(("生活支援コーディネーター", "地域支え合い推進員"))]
    assert list(others(entries, "若葉の生活支援コーディネーター研修")) == ["若葉", "生活支援コーディネーター", "研修"]


def test_word_in_several_entries_has_the_others_of_all_each_at_its_best(others):
    entries = [
        Synonyms(("包括", "地域包括支援センター")),
        Synonyms(("地域包括支援センター",), broader=("包括", "相談窓口")),
    ]
    assert others(entries, "包括") == {"包括": {"地域包括支援センター": SYNONYM}}


@pytest.mark.parametrize("entry", [Synonyms(()), Synonyms(("の", "それ")), Synonyms(("", "社協"), broader=("は",))])
def test_entry_without_content_words_changes_nothing(others, entry):
    assert others([entry], "社協") == {"社協": {}}


def test_no_entries_and_no_terms(others):
    assert others([], "社協の会議") == {"社協": {}, "会議": {}}
    assert others([COUNCIL], "") == {}


# ------------------------------------------------------------------------------------------------ typed as it is read

LAYERS = Synonyms(("重層", "重層的支援体制整備事業"))
CARERS = Synonyms(("ヤングケアラー", "若年介護者"), broader=("ケアラー",))


@pytest.fixture
def read(analyzer):
    """What a thesaurus of these entries offers for a text that is how a word is read."""

    def look_up(entries, text):
        return {"".join(other.terms): other.weight for other in Thesaurus(entries, analyzer).as_read(text)}

    return look_up


@pytest.mark.parametrize("typed", ["やんぐけあらー", "やんぐけあらあ", "ﾔﾝｸﾞけあらー"])
def test_kana_mean_the_word_that_is_read_so_and_its_synonyms(read, typed):
    assert read([CARERS], typed) == {"ヤングケアラー": SYNONYM, "若年介護者": SYNONYM}


def test_kana_of_a_broader_word_find_the_narrower_ones_for_less(read):
    assert read([CARERS], "けあらー") == {"ケアラー": SYNONYM, "ヤングケアラー": NARROWER, "若年介護者": NARROWER}


@pytest.mark.parametrize(
    "typed", ["ヤングケアラー", "重層", "やんぐ", "やんぐけあらーは", "juuso", "ふくろうのもり", ""]
)
def test_what_is_an_entry_itself_or_read_like_none_is_left_to_analysis(read, typed):
    assert read([CARERS, LAYERS], typed) == {}


def test_short_kana_are_read_like_too_many_words(read):
    assert read([Synonyms(("生保", "生活保護"))], "せほ") == {}
