"""Our own keying: no two births, decisions or clocks share a number, and numbers of neighbours do not hang together.

That the generator itself is Philox is shown by its published answers (`tests/test_kernels_rng.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from scenarios.interventions import arms_of, decision_of
from scenarios.read import library, read_scenarios
from simcore.arms import Arm, Step
from simcore.kernels.deaths import realise_births
from simcore.kernels.outcome import BESIDE_CLOCKS, CLOCK_BLOCKS, MOST_CLOCKS, Outcome
from simcore.kernels.packed import OWN, Packed, share_columns
from simcore.kernels.profiles import evaluate_births
from simcore.load import load_model
from simcore.pack import apportion
from simcore.program import compile_natural
from simcore.run import pack_worlds
from simcore.solved import read_central
from simcore.solving import structures
from simcore.worlds import lay_arms
from tests import reference
from tests.keying import (
    LARGEST,
    SIZES,
    Keying,
    Who,
    chi_square,
    compiled,
    neighbours,
    owner_of,
    p_values,
    planted,
    somewhere,
    steps,
    two_sided,
    unphilox4x32,
)
from tests.models import invented, priors

ALWAYS = settings(max_examples=100, derandomize=True, database=None, deadline=None)


def up_to(largest: int) -> st.SearchStrategy[int]:
    """Whole numbers from 0, the ends among them."""
    return st.one_of(st.sampled_from([0, 1, largest - 1, largest]), st.integers(0, largest))


# ---- no two share a number


@ALWAYS
@given(*(up_to(size - 1) for size in SIZES))
@example(*(size - 1 for size in SIZES))
def test_who_is_asked_can_be_read_back_from_the_words(
    seed: int, draw: int, stratum_key: int, k: int, block: int
) -> None:
    """The generator undone gives the counter; so two that differ anywhere never have one counter under one key."""
    words = compiled(Who(seed, draw, stratum_key, k, block), 1)[:, 0]
    key = seed % 2**32, seed // 2**32
    found = unphilox4x32(tuple(int(word) for word in words), key)
    assert found == (k, stratum_key, block, draw)
    assert key[0] + 2**32 * key[1] == seed


DECISIONS = st.one_of(up_to(4 * CLOCK_BLOCKS - 1), st.just(BESIDE_CLOCKS))


@ALWAYS
@given(DECISIONS)
def test_a_decision_owns_both_halves_of_its_word_and_no_other(decision: int) -> None:
    block, lane = divmod(decision, 4)
    assert block <= LARGEST
    assert [owner_of(block, 2 * lane + part) for part in (0, 1)] == [("decision", decision)] * 2


@ALWAYS
@given(up_to(MOST_CLOCKS - 1))
def test_a_clock_owns_two_halves_and_no_other(clock: int) -> None:
    pair, half = divmod(clock, 6)
    high = CLOCK_BLOCKS + 2 * pair
    assert high + 1 <= LARGEST
    assert owner_of(high, half) == ("high", clock)
    assert owner_of(high + 1, half) == ("low", clock)


@ALWAYS
@given(up_to(2**64 - 1), up_to(LARGEST), up_to(LARGEST), up_to(LARGEST), up_to(MOST_CLOCKS - 1))
def test_the_twins_clock_is_made_of_the_halves_that_it_owns(
    seed: int, draw: int, stratum_key: int, k: int, clock: int
) -> None:
    halves = {}
    for block in (CLOCK_BLOCKS + 2 * (clock // 6), CLOCK_BLOCKS + 2 * (clock // 6) + 1):
        words = compiled(Who(seed, draw, stratum_key, k, block), 1)[:, 0]
        for half in range(8):
            value = int(words[half // 2]) >> (0 if half % 2 else 16) & 0xFFFF
            halves[owner_of(block, half)] = value
    together = halves["high", clock] << 16 | halves["low", clock]
    assert reference.clock_word(seed, draw, stratum_key, k, clock) == together


FINEST = 2**30


def at_the_ends(clock: int, k: int) -> Packed:
    """One stratum with the largest key and births up to ``k``; each birth dies of one clock, at a time it tells.

    Levels of 255 and a year of 2**30 days show eight bits of a decision and about 25 of a clock.
    """
    decisions = [0, 4 * CLOCK_BLOCKS - 1, BESIDE_CLOCKS, 2**34 - 2**18 - 2]
    v = 1 + len(decisions)
    limits = (np.arange(1, 255) * (2**32 // 255)).astype(np.uint32)
    parents, start = np.full((v, 1), -1), np.array([[0] * v])
    outcome = Outcome(
        clock=[clock],
        edges=[0, FINEST],
        factor_vars=[[-1]],
        factor_strides=[[0]],
        factor_start=[0],
        factors=[[[23.0]]],
        of_arm=[[0]],
        cell_vars=[0],
        cell_strides=[0],
    )
    return Packed(
        n_given=1,
        n_levels=[1] + [255] * len(decisions),
        parents=parents,
        strides=np.zeros((v, 1)),
        decision=[-1, *decisions],
        thresholds=limits,
        table_start=start,
        repeats=np.full((1, v), OWN),
        column=share_columns(start, parents, 1),
        stratum_start=[0, k],
        stratum_levels=np.zeros((1, 0)),
        stratum_key=[LARGEST],
        profile_vars=[0],
        profile_strides=[0],
        outcome=outcome,
    )


@pytest.mark.parametrize("clock", [0, 5, 6, MOST_CLOCKS - 1])
@pytest.mark.parametrize(("seed", "draw"), [(2**64 - 1, LARGEST), (2**32, 0)])
def test_the_last_birth_of_the_largest_stratum_has_the_luck_of_the_twin(
    clock: int, seed: int, draw: int
) -> None:
    last = 2**32 - 1
    world = at_the_ends(clock, last)
    levels = evaluate_births(world, seed, draw, last - 40, last)[0]
    fate = realise_births(world, seed, draw, last - 40, last)
    for place in range(40):
        birth = reference.Birth(world, seed, draw, last - 40 + place)
        assert birth.levels(0) == levels[:, place].tolist()
        assert birth.death(0)[2] == fate.day[0, place]
    # a word apart by one in 2**20 would be another day
    assert len(set(fate.day[0].tolist())) == 40


def bits_of(program_decisions: list[int], clocks: list[int]) -> list[tuple[int, int]]:
    """Block and half of everything that a program draws."""
    halves = [(d // 4, 2 * (d % 4) + part) for d in program_decisions for part in (0, 1)]
    for clock in clocks:
        halves += [(CLOCK_BLOCKS + 2 * (clock // 6) + part, clock % 6) for part in (0, 1)]
    return halves


@pytest.mark.parametrize("label", [s.label for s in structures(load_model("england"))])
def test_nothing_in_england_under_all_shipped_scenarios_shares_a_bit(label: str) -> None:
    model = load_model("england")
    structure = next(s for s in structures(model) if s.label == label)
    middle = read_central(model, structure)
    program = compile_natural(model, structure, middle, (2030,))
    worlds = lay_arms(program, arms_of(read_scenarios(library()))(program, middle))
    decisions = [node.decision for node in worlds.network.nodes]
    clocks = [cause.clock for cause in model.spec.deaths.causes.values()]
    assert len(decisions) >= len(model.spec.variables) + 4
    halves = bits_of(decisions, clocks)
    assert len(set(halves)) == len(halves)
    # and each is read back as whose it is
    assert {owner_of(*half) for half in halves} == {
        *(("decision", d) for d in decisions),
        *((part, clock) for clock in clocks for part in ("high", "low")),
    }


def test_numbers_of_steps_lie_between_those_of_model_files_and_clocks() -> None:
    """First words of blocks of their own: the least and the greatest that a hash can give."""
    assert all(decision_of(f"step {i}") % 4 == 0 for i in range(200))
    assert min(decision_of(f"step {i}") for i in range(200)) >= 4 * 2**20
    assert 4 * CLOCK_BLOCKS > 4 * (2**20 + 2**31 - 1)


def two_steps_with_one_number() -> tuple[str, str]:
    """Names whose hashes agree: about one in 2**31 pairs does."""
    seen: dict[int, str] = {}
    for i in range(400_000):
        name = f"plan_{i}:smoke"
        other = seen.setdefault(decision_of(name), name)
        if other != name:
            return other, name
    raise AssertionError("no two names with one number")


def test_two_steps_whose_names_give_one_number_are_refused_rather_than_share_their_luck() -> None:
    island, draws = invented("island"), priors("island", 1)
    program = compile_natural(island, island.structure(), draws, ())
    names = two_steps_with_one_number()
    half = np.full((1, 2, 2), 0.5)
    made = [
        Step(name, ("no", "yes"), ("smoke",), half, decision_of(name), replaces="smoke") for name in names
    ]
    worlds = lay_arms(program, [Arm("both", tuple(made))])
    packer = pack_worlds(program, worlds, apportion(island.births, 100))
    with pytest.raises(ValueError, match="share their luck"):
        packer.plan()


# ---- neighbours

LEVEL = 1e-3
"""Chance of a false alarm of the whole battery, shared out evenly over its tests."""
N, RUNS = 1024, 16
PAIRS = 4 * N * RUNS
BOUND = LEVEL / (5 * len(steps()))


def battery(keying: Keying, n: int = N, runs: int = RUNS, seed: int = 5) -> Iterator[tuple[Who, str, float]]:
    """Every step to a neighbour and every test of the pairs that it makes, with the P-value."""
    rng = np.random.default_rng(seed)
    for step in steps():
        for name, p in p_values(neighbours(keying, step, n, runs, rng)):
            yield step, name, p


def test_words_of_neighbouring_keys_are_independent() -> None:
    """Seeds, draws, strata, births and blocks, one up or down in any combination, and by each power of two."""
    found = list(battery(compiled))
    assert len(found) == 5 * len(steps()) > 1500
    p = np.array([p for _, _, p in found])
    assert p.min() > BOUND, min(found, key=lambda f: f[2])
    # and taken together they are as P-values should be: not too large either
    assert stats.kstest(p, "uniform").pvalue > LEVEL


def halves_of(keying: Keying, blocks: int, seed: int = 6) -> np.ndarray:
    """Halves of the first blocks of clocks, births of many strata and draws: ``int64[8 x blocks, births]``."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(RUNS):
        who = somewhere(rng)
        words = [keying(who._replace(block=CLOCK_BLOCKS + block), 4 * N) for block in range(blocks)]
        parts.append(np.concatenate([np.stack([w >> 16, w & 0xFFFF], axis=1).reshape(8, -1) for w in words]))
    return np.concatenate(parts, axis=1).astype(np.int64)


def p_of_halves(halves: np.ndarray) -> list[float]:
    """P-values of every two of these halves, and of the bytes of each."""
    found = [p for one, other in combinations(halves, 2) for _, p in p_values((one, other), bits=16)]
    return [*found, *(two_sided(chi_square(cells), 255) for h in halves for cells in (h >> 8, h & 255))]


def test_halves_of_words_are_uniform_and_independent_of_one_another() -> None:
    """Lanes, neighbouring blocks, and the two halves of every clock among them."""
    p = np.array(p_of_halves(halves_of(compiled, blocks=2)))
    assert p.size == 5 * 120 + 32
    assert p.min() > LEVEL / p.size
    assert stats.kstest(p, "uniform").pvalue > LEVEL


@pytest.mark.parametrize("axis", Who._fields)
def test_words_are_uniform_along_each_part_of_the_key(axis: str) -> None:
    """One part counts up, all others stay: 16,384 keys from zero, four bytes of four lanes."""
    start = Who(3, 2, 1, 0, 0)._replace(**{axis: 0})
    words = np.concatenate([compiled(start._replace(**{axis: i}), 1) for i in range(16_384)], axis=1).astype(
        np.int64
    )
    p = [two_sided(chi_square(lane >> shift & 255), 255) for lane in words for shift in (0, 8, 16, 24)]
    assert min(p) > LEVEL / len(p)


# ---- power


def test_a_weakness_of_the_size_stated_is_found_with_probability_99_in_100() -> None:
    """One pair in 250 alike, or a correlation of 0.03, in any one of the steps."""
    threshold = stats.chi2.isf(BOUND / 2, 255)
    alike = PAIRS * 256 * (1 / 250) ** 2  # all in one cell of 256
    assert stats.ncx2.sf(threshold, 255, alike) > 0.99
    assert stats.norm.sf(stats.norm.isf(BOUND / 2) - 0.03 * np.sqrt(PAIRS)) > 0.99


@pytest.mark.parametrize("step", [Who(0, 0, 0, 1, 0), Who(0, 1, -1, 0, 0), Who(2**32, 0, 0, 0, 0)], ids=str)
def test_one_pair_in_250_alike_is_found(step: Who) -> None:
    rng = np.random.default_rng(8)
    one, other = neighbours(compiled, step, N, RUNS, rng)
    alike = rng.random(one.size) < 1 / 250
    assert min(p for _, p in p_values((one, np.where(alike, one, other)))) < BOUND


def high_and_low(who: Who) -> tuple[int, int]:
    return who.seed % 2**32, who.seed // 2**32


WEAK = {
    "the stratum's key plus the birth in one counter": planted(
        lambda who, k: (k + who.stratum_key, 0, who.block, who.draw, *high_and_low(who))
    ),
    "births counted in 16 bits": planted(
        lambda who, k: (k % 2**16, who.stratum_key, who.block, who.draw, *high_and_low(who))
    ),
    "births counted in 31 bits": planted(
        lambda who, k: (k % 2**31, who.stratum_key, who.block, who.draw, *high_and_low(who))
    ),
    "two rounds in place of ten": planted(
        lambda who, k: (k, who.stratum_key, who.block, who.draw, *high_and_low(who)), rounds=2
    ),
    "five rounds in place of ten": planted(
        lambda who, k: (k, who.stratum_key, who.block, who.draw, *high_and_low(who)), rounds=5
    ),
    "the draw added to the seed": planted(
        lambda who, k: (k, who.stratum_key, who.block, 0, (who.seed + who.draw) % 2**32, who.seed // 2**32)
    ),
    "a seed of 32 bits": planted(
        lambda who, k: (k, who.stratum_key, who.block, who.draw, who.seed % 2**32, 0)
    ),
    "halves of the seed mixed": planted(
        lambda who, k: (k, who.stratum_key, who.block, who.draw, sum(high_and_low(who)) % 2**32, 0)
    ),
    "the draw added to the block": planted(
        lambda who, k: (k, who.stratum_key, who.block + who.draw, 0, *high_and_low(who))
    ),
    "blocks counted in 24 bits": planted(
        lambda who, k: (k, who.stratum_key, who.block % 2**24, who.draw, *high_and_low(who))
    ),
    "the stratum exclusive-or the draw": planted(
        lambda who, k: (k, who.stratum_key ^ who.draw, who.block, 0, *high_and_low(who))
    ),
}


@pytest.mark.parametrize("weakness", WEAK)
def test_a_weak_keying_is_caught(weakness: str) -> None:
    """With an eighth of the pairs: what was found with few is found with more."""
    assert any(p < BOUND for _, _, p in battery(WEAK[weakness], N // 8))


def test_the_planted_keyings_are_made_as_the_engine_makes_its_own() -> None:
    rng = np.random.default_rng(9)
    sound = planted(lambda who, k: (k, who.stratum_key, who.block, who.draw, *high_and_low(who)))
    for _ in range(20):
        who = somewhere(rng)
        assert np.array_equal(sound(who, 50), compiled(who, 50))


@pytest.mark.parametrize(("half", "taken_from"), [(8, 0), (9, 0), (2, 1), (15, 7)], ids=str)
def test_a_half_that_is_used_twice_is_caught(half: int, taken_from: int) -> None:
    """A clock's low half that is its high half, or that of another clock; a word taken from another block."""
    halves = halves_of(compiled, blocks=2)
    halves[half] = halves[taken_from]
    assert min(p_of_halves(halves)) < LEVEL / (5 * 120 + 32)
