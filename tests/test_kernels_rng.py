"""The generator: its published answers, and what a birth's luck depends on."""

import numpy as np
import pytest

from simcore.kernels.rng import LARGEST_WORD, fill_stretch, fill_word, fill_words, philox4x32
from tests import reference

# Random123's tests/kat_vectors, lines "philox4x32 10" (github.com/DEShawResearch/random123):
# counter, key, answer
PUBLISHED = [
    (
        (0x00000000, 0x00000000, 0x00000000, 0x00000000),
        (0x00000000, 0x00000000),
        (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8),
    ),
    (
        (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF),
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
Four = tuple[int, int, int, int]


@pytest.mark.parametrize(("counter", "key", "answer"), PUBLISHED)
def test_generator_gives_the_published_answers(counter: Four, key: tuple[int, int], answer: Four) -> None:
    compiled = philox4x32(*(np.uint64(x) for x in (*counter, *key)))
    assert tuple(int(word) % 2**32 for word in compiled) == answer
    assert reference.philox4x32(counter, key) == answer


@pytest.mark.parametrize(("counter", "key", "answer"), PUBLISHED)
def test_a_block_of_births_holds_the_published_words(
    counter: Four, key: tuple[int, int], answer: Four
) -> None:
    k, stratum_key, number, draw = counter
    low, high = key
    words = np.zeros((3, 4, 1024), np.uint32)
    fill_words(
        np.full(1024, k, np.uint32),
        np.full(1024, stratum_key, np.uint32),
        1000,
        number,
        draw,
        np.uint64(low + 2**32 * high),
        1,
        words,
    )
    assert (words[1, :, :1000] == np.array(answer)[:, None]).all()
    assert (words[1, :, 1000:] == 0).all() and (words[[0, 2]] == 0).all()


def test_every_word_of_a_block_of_births_is_the_reference_word() -> None:
    rng = np.random.default_rng(1)
    k = rng.integers(0, 2**32, 1024, dtype=np.uint32)
    key = rng.integers(0, 2**32, 1024, dtype=np.uint32)
    seed, draw, number = 2**63 + 12345, 2**32 - 5, 2**32 - 1
    words = np.zeros((3, 4, 1024), np.uint32)
    fill_words(k, key, 1024, number, draw, np.uint64(seed), 0, words)
    for i in range(0, 1024, 37):
        expected = [
            reference.word(seed, draw, int(key[i]), int(k[i]), 4 * number + lane) for lane in range(4)
        ]
        assert words[0, :, i].tolist() == expected


@pytest.mark.parametrize("n", [0, 1, 15, 16, 17, 40])
def test_births_in_a_row_and_words_alone_are_drawn_as_they_are_in_a_block(n: int) -> None:
    first, key, seed, draw, number = 2**32 - 41, 2**32 - 3, 2**63 + 12345, 2**32 - 5, 2**31 + 9
    k = np.arange(first, first + 40, dtype=np.uint32)
    whole, stretch, alone = (np.zeros((2, 4, 40), np.uint32) for _ in range(3))
    fill_words(k, np.full(40, key, np.uint32), n, number, draw, np.uint64(seed), 1, whole)
    fill_stretch(first, key, n, number, draw, np.uint64(seed), 1, stretch)
    for lane in range(4):
        fill_word(k, np.full(40, key, np.uint32), n, number, lane, draw, np.uint64(seed), 1, alone)
        assert not alone[1, lane + 1 :].any()
    assert np.array_equal(alone, whole) and np.array_equal(stretch, whole)


def test_words_never_reach_the_threshold_that_means_certain() -> None:
    words = np.zeros((3, 4, 1024), np.uint32)
    none = np.zeros(1024, np.uint32)
    fill_words(none, none, 1024, 0, 0, np.uint64(0), 0, words)
    assert words.max() <= LARGEST_WORD


def counter_of(answer: Four, key: tuple[int, int]) -> Four:
    """The counter that gives an answer: the generator run backwards."""
    x0, x1, x2, x3 = answer
    for n in range(9, -1, -1):
        k0, k1 = (key[0] + n * 0x9E3779B9) % 2**32, (key[1] + n * 0xBB67AE85) % 2**32
        before_2, before_0 = (
            x1 * pow(0xCD9E8D57, -1, 2**32) % 2**32,
            x3 * pow(0xD2511F53, -1, 2**32) % 2**32,
        )
        x1, x3 = x0 ^ (0xCD9E8D57 * before_2 >> 32) ^ k0, x2 ^ (0xD2511F53 * before_0 >> 32) ^ k1
        x0, x2 = before_0, before_2
    return x0, x1, x2, x3


@pytest.mark.parametrize("lane", range(4))
@pytest.mark.parametrize("word", [2**32 - 1, 2**32 - 2, 2**32 - 3])
def test_a_word_above_all_others_counts_as_the_one_below(word: int, lane: int) -> None:
    seed = 2**61 + 3
    answer = [5, 6, 7, 8]
    answer[lane] = word
    k, stratum_key, number, draw = counter_of((*answer,), (seed % 2**32, seed // 2**32))
    words = np.zeros((1, 4, 1), np.uint32)
    of_birth = np.array([k], np.uint32), np.array([stratum_key], np.uint32)
    fill_words(*of_birth, 1, number, draw, np.uint64(seed), 0, words)
    assert words[0, lane, 0] == min(word, LARGEST_WORD)
    assert LARGEST_WORD == 2**32 - 2
