"""The first of very many, without putting the others in order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kb.search.arrays.packing import Integers
from kb.search.arrays.terms import NONE
from kb.search.ranking import DECIMALS

Keys = NDArray[np.float64] | Integers

#: Keys of which the greatest are looked for first; and what rounding may make equal.
_BLOCK, _ROUNDING = 64, 10.0**-DECIMALS


def greatest(keys: Keys, limit: int) -> Integers:
    """Indices of all that may be among the ``limit`` greatest, those that rounding makes equal to the last included.

    The greatest of each block of keys are looked at first: the ``limit``-th of them is a lower bound that leaves few.
    """
    if limit >= len(keys):
        return np.arange(len(keys))
    if limit <= 0:
        return NONE
    blocks = len(keys) // _BLOCK
    if blocks >= limit:
        tops = keys[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        chosen = np.flatnonzero(keys >= np.partition(tops, blocks - limit)[blocks - limit] - _ROUNDING)
        keys = keys[chosen]
    else:
        chosen = np.arange(len(keys))
    least = np.partition(keys, len(keys) - limit)[len(keys) - limit]
    found: Integers = chosen[keys >= least - _ROUNDING]
    return found


def first(keys: Keys, others: Keys, limit: int) -> Integers:
    """Indices of all that may be among the first ``limit`` by two keys: of those that the first leaves equal, few."""
    if limit >= len(keys):
        return np.arange(len(keys))
    least = np.partition(keys, len(keys) - limit)[len(keys) - limit]
    above, equal = np.flatnonzero(keys > least), np.flatnonzero(keys == least)
    return np.concatenate([above, equal[greatest(others[equal], limit - len(above))]])
