"""Analysis is quick because it remembers; what it gives is what asking Sudachi each time gives."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text import phrases, sudachi
from kb.text.analyze import morphemes, tokens
from kb.text.normalize import fold
from tests.text import plainly

ROOT = Path(__file__).parent.parent.parent


def decoded(data):
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp932")


SAMPLES = {path.stem: decoded(path.read_bytes()) for path in (ROOT / "documents" / "newsletters").glob("*.txt")}

#: What words are read differently by: neighbours, spellings that Sudachi makes one, numbers, what it does not know.
PIECES = st.sampled_from(
    [
        *(
            "にかかわらず",
            "に関わらず",
            "関わり",
            "見守りを",
            "見守る",
            "支え合い",
            "声かけを",
            "引きこもり",
            "申し込みは",
        ),
        *(
            "スーパー",
            "スーーーパー",
            "らーめん",
            "らーーめん",
            "徳島県",
            "徳島(とくしま)県",
            "汐見町の",
            "汐見町",
            "京都市",
        ),
        *("二十三人", "十二", "1,234.5円", "第3", "〇", "一", "二〇二一年", "令和三年", "百", "12", "."),
        *(
            "カモミヌ",
            "カモミヌ会",
            "CSW",
            "Co",
            "生活支援",
            "地域包括支援センター",
            "重層的支援体制整備事業",
            "ご",
            "お",
            "非",
        ),
        *(
            "どうすれば",
            "そうして",
            "よう",
            "こと",
            "ある",
            "している",
            "ない",
            "を",
            "は",
            "が",
            "ず",
            "に",
            "の",
            "的",
            "さん",
        ),
        *(
            "。",
            "、",
            "\n",
            "!",
            "?",
            " ",
            "(",
            ")",
            "「",
            "」",
            "・",
            "-",
            "~",
            "♪",
            "㈱",
            "①",
            "ﾔﾝｸﾞｹｱﾗｰ",
            "茅ヶ崎",
            "\ufeff",
        ),
    ]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join)


def check(text):
    folded = fold(text)
    expected = [(name, *folded.span(start, end), place) for name, start, end, place in plainly.terms(folded.key)]
    assert [(token.term, token.start, token.end, token.position) for token in tokens(text)] == expected
    found = [(word.part_of_speech, word.normalized, word.reading) for word in morphemes(text)]
    assert found == [word[1:] for word in plainly.words(folded.key)]
    if folded.key == text and folded.is_even:
        assert [(p.text, p.keys, p.inner) for p in phrases.compounds(text)] == plainly.compounds(text)
        assert [(p.text, p.keys, p.inner) for p in phrases.dwelling(text, 2)] == plainly.dwelling(text, 2)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_any_text_is_read_as_by_the_plain_way(text):
    check(text)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_samples_are_read_as_by_the_plain_way(name):
    for paragraph in SAMPLES[name].split("\n\n"):
        check(paragraph)
        check(fold(paragraph).key)


def test_a_text_that_has_been_forgotten_is_read_the_same_again(monkeypatch):
    monkeypatch.setattr(sudachi, "_MOST_LEXEMES", 5)
    forgetful = sudachi._Parser()
    monkeypatch.setattr(sudachi, "_parser", lambda: forgetful)
    for text in ("スーーーパーの二十三人と民生委員が見守りを続ける。", "スーパーの23人と見守る。") * 2:
        check(text)


def test_threads_read_the_same_at_once():
    texts = [text[:5000] for text in SAMPLES.values()] * 6
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(tokens, texts))
    assert found == [tokens(text) for text in texts]


def test_whoever_gets_words_may_change_the_list():
    morphemes("民生委員が見守る").clear()
    assert [word.surface for word in morphemes("民生委員が見守る")] == ["民生委員", "が", "見守る"]
