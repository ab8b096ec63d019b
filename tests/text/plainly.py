"""Terms, words and compounds by the plain way: every word is asked of Sudachi anew, and nothing is remembered.

What ``kb.text`` gives must be the same.
"""

from __future__ import annotations

import re
from collections import Counter

from sudachipy import Dictionary, SplitMode

from kb.text.normalize import search_key
from kb.text.phrases import LONGEST, SHORTEST
from kb.text.readings import loose

DICTIONARY = Dictionary(dict="core")
TOKENIZER = DICTIONARY.create(mode=SplitMode.C)

FUNCTION_WORDS = {"助詞", "助動詞", "補助記号", "空白", "記号", "代名詞", "接続詞", "連体詞", "感動詞"}
POINTING = {"こう", "そう", "ああ", "どう", "如何", "何故", "どうして", "幾ら", "そうして", "こうして"}
FIVE_ROWS = dict(zip("うくぐすつぬぶむる", "いきぎしちにびみり", strict=True))


def is_function_word(word):
    part = word.part_of_speech()
    return part[0] in FUNCTION_WORDS or part[:2] == ("形状詞", "助動詞語幹")


def is_auxiliary(word):
    return word.part_of_speech()[:2] in {("動詞", "非自立可能"), ("形容詞", "非自立可能")}


def is_verb(word):
    return word.part_of_speech()[0] == "動詞"


def term(word):
    form = word.normalized_form().lower()
    conjugation = word.part_of_speech()[4]
    if not is_verb(word):
        return form
    if "五段" in conjugation:
        return form[:-1] + FIVE_ROWS.get(form[-1], form[-1])
    return form.removesuffix("る") or form if "一段" in conjugation else form


def is_regardless(words, number):
    """Whether a verb is the one inside 「にかかわらず」."""
    if words[number].normalized_form() not in {"関わる", "係わる", "拘わる"} or not 0 < number < len(words) - 1:
        return False
    return (words[number - 1].surface(), words[number + 1].surface()) == ("に", "ず")


def whole_verb(surface):
    found = TOKENIZER.tokenize(surface)
    return term(found[0]) if len(found) == 1 and is_verb(found[0]) and not is_auxiliary(found[0]) else ""


def units(word):
    if is_verb(word):
        yield term(word), word.begin(), word.end()
        return
    for part in word.split(SplitMode.A, add_single=True):
        if is_function_word(part):
            continue
        name, start, end = term(part), part.begin(), part.end()
        is_place = part.part_of_speech()[:3] == ("名詞", "固有名詞", "地名")
        if is_place and len(name) > 2 and name[-1] in "都道府県郡市区町村" and part.surface()[-1] == name[-1]:
            yield name[:-1], start, end - 1
            yield name[-1], end - 1, end
        else:
            yield name, start, end


def terms(key):
    """The terms of a search key that Sudachi takes at once: term, start, end, position."""
    words = TOKENIZER.tokenize(key)
    found, position, number = [], 0, 0
    while number < len(words):
        word = words[number]
        number += 1
        points = word.part_of_speech()[0] in {"副詞", "形状詞"} and word.normalized_form() in POINTING
        if is_function_word(word) or points:
            position += bool(re.search(r"[。!?\n]", word.surface()))
            continue
        if is_regardless(words, number - 1):
            continue
        if not is_auxiliary(word):
            some = list(units(word))
        elif number < len(words) and (whole := whole_verb(word.surface() + words[number].surface())):
            some = [(whole, word.begin(), words[number].end())]
            number += 1
        else:
            some = []
        for name, start, end in some:
            found.append((name, start, end, position))
            position += 1
    return found


def words(key):
    """The words of a search key: surface, part of speech, normalized form, reading."""
    return [
        (w.surface(), tuple(w.part_of_speech()), w.normalized_form(), "" if w.is_oov() else w.reading_form())
        for w in TOKENIZER.tokenize(key)
    ]


def joins(word, run, follows):
    part = word[1]
    if part[0] in {"名詞", "接頭辞", "形状詞"}:
        return part[1] != "助動詞語幹" and part[2] != "助数詞可能"
    if part[0] == "接尾辞":
        return bool(run)
    is_noun = part[0] == "動詞" and part[1] == "一般" and part[5].startswith("連用形")
    return is_noun and (follows is None or follows[1][0] in {"助詞", "補助記号", "名詞", "接尾辞"})


def runs(found):
    run = []
    for word, follows in zip(found, [*found[1:], None], strict=False):
        if joins(word, run, follows):
            run.append(word)
            continue
        yield run
        run = [word] if joins(word, [], follows) else []
    yield run


def phrase(run):
    """Text, keys, inner keys; None where it is none."""
    while run and run[-1][1][0] == "接頭辞":
        run = run[:-1]
    text = " ".join("".join(word[0] for word in run).split())
    telling = [
        w for w in run if w[1][0] in {"名詞", "動詞", "形状詞"} and w[1][1] != "数詞" and "副詞可能" not in w[1][2]
    ]
    if not telling or not SHORTEST <= len(text) <= LONGEST:
        return None
    begins = {"名詞", "動詞", "形状詞", "形容詞", "接頭辞"}
    starts = [n for n, w in enumerate(run) if n and w[1][0] in begins and w[1][1] != "数詞"]
    return text, tuple(keys(run)), tuple(key for start in starts for key in keys(run[start:]))


def keys(run):
    written = " ".join(search_key("".join(word[0] for word in run)).split())
    sound = loose("".join(word[3] or search_key(word[0]) for word in run))
    return [written, sound] if sound and sound != written else [written]


def compounds(key):
    return [found for run in runs(words(key)) if (found := phrase(run))]


def dwelling(key, times):
    found = compounds(key)
    count = Counter(text for text, *_ in found)
    return list({one[0]: one for one in found if count[one[0]] >= times}.values())
