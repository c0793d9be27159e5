"""The generator: its published answers, and what a birth's luck depends on."""

import numpy as np
import pytest

from simcore.kernels.rng import LARGEST_WORD, fill_words, philox4x32
from tests import reference

# Random123's tests/kat_vectors, lines "philox4x32 10" (github.com/DEShawResearch/random123):
# counter, key, answer
PUBLISHED = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def _words(text):
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "answer"), PUBLISHED)
def test_generator_gives_the_published_answers(counter, key, answer):
    answer = _words(answer)
    counter, key = _words(counter), _words(key)
    compiled = philox4x32(*(np.uint64(x) for x in (*counter, *key)))
    assert [int(word) % 2**32 for word in compiled] == answer
    assert list(reference.philox4x32(counter, key)) == answer


@pytest.mark.parametrize(("counter", "key", "answer"), PUBLISHED)
def test_a_block_of_births_holds_the_published_words(counter, key, answer):
    k, stratum_key, number, draw = _words(counter)
    low, high = _words(key)
    words = np.zeros((4, 1024), np.uint32)
    fill_words(np.full(1024, k, np.uint32), np.full(1024, stratum_key, np.uint32), 1000, number, draw,
               np.uint64(low + 2**32 * high), words)
    assert (words[:, :1000] == np.array(_words(answer))[:, None]).all()
    assert (words[:, 1000:] == 0).all()


def test_every_word_of_a_block_of_births_is_the_reference_word():
    rng = np.random.default_rng(1)
    k = rng.integers(0, 2**32, 1024, dtype=np.uint32)
    key = rng.integers(0, 2**32, 1024, dtype=np.uint32)
    seed, draw, number = 2**63 + 12345, 2**32 - 5, 2**32 - 1
    words = np.zeros((4, 1024), np.uint32)
    fill_words(k, key, 1024, number, draw, np.uint64(seed), words)
    for i in range(0, 1024, 37):
        expected = [reference.word(seed, draw, int(key[i]), int(k[i]), 4 * number + lane) for lane in range(4)]
        assert words[:, i].tolist() == expected


def test_words_never_reach_the_threshold_that_means_certain():
    words = np.zeros((4, 1024), np.uint32)
    none = np.zeros(1024, np.uint32)
    fill_words(none, none, 1024, 0, 0, np.uint64(0), words)
    assert words.max() <= LARGEST_WORD
