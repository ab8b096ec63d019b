"""Numbers, strings and arrays as they lie in files."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.arrays import file
from kb.search.arrays.packing import Packed, join, pack, pack_row, unpack_row
from kb.search.arrays.strings import Strings, pack_strings

NUMBERS = st.one_of(st.integers(0, 3), st.integers(250, 260), st.integers(65_530, 65_540), st.integers(0, 2**32 - 1))
GROUPS = st.lists(st.lists(NUMBERS, max_size=40), max_size=8)


def packed(groups):
    starts = np.append(0, np.cumsum([len(group) for group in groups])).astype(np.int64)
    values = np.array([number for group in groups for number in group], dtype=np.int64)
    return Packed.of(pack(values, starts), starts)


@given(GROUPS)
def test_every_group_is_read_as_it_was_packed(groups):
    found = packed(groups)
    assert [found.group(number).tolist() for number in range(len(groups))] == groups


@given(GROUPS.filter(any), st.data())
def test_several_groups_are_read_in_a_row(groups, data):
    first = data.draw(st.integers(0, len(groups)))
    last = data.draw(st.integers(first, len(groups)))
    assert packed(groups).several(first, last).tolist() == [number for group in groups[first:last] for number in group]


@given(st.lists(GROUPS.filter(any), min_size=1, max_size=4))
def test_joined_parts_are_as_if_packed_together(parts):
    starts = [np.append(0, np.cumsum([len(group) for group in groups])) for groups in parts]
    values = [np.array([number for group in groups for number in group], dtype=np.int64) for groups in parts]
    joined = join([pack(*one) for one in zip(values, starts, strict=True)], [len(one) for one in values])
    together = [group for groups in parts for group in groups]
    whole = Packed.of(joined, np.append(0, np.cumsum([len(group) for group in together])))
    assert [whole.group(number).tolist() for number in range(len(together))] == together


@given(GROUPS.filter(any), st.data())
def test_some_numbers_of_a_group_are_those_at_these_places(groups, data):
    which = data.draw(st.sampled_from([number for number, group in enumerate(groups) if group]))
    at = sorted(data.draw(st.sets(st.integers(0, len(groups[which]) - 1))))
    assert packed(groups).some(which, np.array(at, dtype=np.int64)).tolist() == [groups[which][place] for place in at]


@given(st.lists(NUMBERS))
def test_row_is_read_as_it_was_packed(numbers):
    assert unpack_row(pack_row(np.array(numbers, dtype=np.int64)), len(numbers)).tolist() == numbers


def test_numbers_of_a_common_term_take_a_byte_each_even_if_one_is_great():
    assert len(pack_row(np.array([1, 2, 3] * 1000 + [2**31]))["data"]) == 3001


TERMS = st.lists(st.text(st.sampled_from("ああ会見守𠮷a-\x1f"), min_size=0, max_size=4), unique=True)


@given(TERMS, st.text(st.sampled_from("あ会見𠮷a"), max_size=2))
def test_texts_are_found_by_themselves_and_by_their_beginnings(texts, prefix):
    ordered = sorted(texts)
    strings = Strings(pack_strings([text.encode() for text in ordered]))
    assert [strings.find(text.encode()) for text in ordered] == list(range(len(ordered)))
    assert strings.find("無い".encode()) == -1
    beginning = [strings[number].decode() for number in strings.beginning(prefix.encode())]
    assert beginning == [text for text in ordered if text.startswith(prefix)]


def test_arrays_are_read_as_they_were_written(tmp_path):
    arrays = {
        "empty": np.empty(0, dtype="<u4"),
        "bytes": np.frombuffer("見守り".encode(), dtype=np.uint8),
        "numbers": np.arange(1000, dtype="<u4"),
        "nothing": np.empty(0, dtype=np.uint8),
    }
    file.write(tmp_path / "a.terms", arrays)
    found = file.read(tmp_path / "a.terms")
    assert {name: (array.dtype, array.tolist()) for name, array in found.items()} == {
        name: (array.dtype, array.tolist()) for name, array in arrays.items()
    }
    assert all(array.ctypes.data % 64 == 0 for array in found.values() if len(array))


def test_what_is_read_cannot_be_changed(tmp_path):
    file.write(tmp_path / "a.terms", {"numbers": np.arange(3, dtype="<u4")})
    with pytest.raises(ValueError, match="read-only"):
        file.read(tmp_path / "a.terms")["numbers"][0] = 1


def test_another_file_is_refused(tmp_path):
    (tmp_path / "a.terms").write_bytes(b"PK\x03\x04 another kind of file")
    with pytest.raises(ValueError, match=r"a\.terms"):
        file.read(tmp_path / "a.terms")
