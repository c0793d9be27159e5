"""The engine again, birth by birth, in plain Python with integers: written to be read, not to be fast.

It reads a packed program (as plain arrays, of which the class is the only thing imported) and shares no code
with the kernels.
"""

import math
from itertools import pairwise, product

from simcore.kernels.packed import Ints, Packed

Table = list[list[float]]


def philox4x32(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Philox4x32-10 of a counter and a key (Salmon et al., SC11, doi:10.1145/2063384.2063405)."""
    x0, x1, x2, x3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p2 = 0xD2511F53 * x0, 0xCD9E8D57 * x2
        x0, x1, x2, x3 = (p2 >> 32) ^ x1 ^ k0, p2 % 2**32, (p0 >> 32) ^ x3 ^ k1, p0 % 2**32
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return x0, x1, x2, x3


CLOCK_BLOCKS = 2**32 - 2**16


def word(seed: int, draw: int, stratum_key: int, k: int, decision: int) -> int:
    """The luck of one birth in one decision: an integer from 0 to 2**32 - 2."""
    block = philox4x32((k, stratum_key, decision // 4, draw), (seed % 2**32, seed // 2**32))
    return min(block[decision % 4], 2**32 - 2)


def clock_word(seed: int, draw: int, stratum_key: int, k: int, clock: int) -> int:
    """The luck of one birth in one cause of death: two halves of 16 bits, each from a block of its own."""
    pair, half = divmod(clock, 6)
    halves = []
    for block in (CLOCK_BLOCKS + 2 * pair, CLOCK_BLOCKS + 2 * pair + 1):
        both = word(seed, draw, stratum_key, k, 4 * block + half // 2)
        halves.append(both % 2**16 if half % 2 else both // 2**16)
    return halves[0] * 2**16 + halves[1]


class Birth:
    """One baby: who it is, and its luck, which is the same in every arm."""

    def __init__(self, packed: Packed, seed: int, draw: int, position: int) -> None:
        stratum = 0
        while packed.stratum_start[stratum + 1] <= position:
            stratum += 1
        self.packed, self.seed, self.draw = packed, seed, draw
        self.k = position - int(packed.stratum_start[stratum])
        self.stratum_key = int(packed.stratum_key[stratum])
        slices = int(packed.n_levels[packed.n_given - 1])
        self.given = [*packed.stratum_levels[stratum].tolist(), (self.k + self.stratum_key) % slices]

    def luck(self, decision: int) -> int:
        return word(self.seed, self.draw, self.stratum_key, self.k, int(decision))

    def levels(self, arm: int) -> list[int]:
        """Level of every variable in this arm, in causal order."""
        packed = self.packed
        levels = list(self.given)
        for v in range(packed.n_given, packed.n_variables):
            u = self.luck(packed.decision[v])
            levels.append(sum(u >= t for t in thresholds(packed, arm, v, levels)))
        return levels

    def death(self, arm: int) -> tuple[int, int, int]:
        """(cause, band, day) in this arm, or (-1, -1, -1): the earliest clock within the last band."""
        outcome = self.packed.deaths
        hazards = hazard_row(self.packed, arm, self.levels(arm))
        earliest, death = math.inf, (-1, -1, -1)
        for cause, hazard in enumerate(hazards):
            word = clock_word(self.seed, self.draw, self.stratum_key, self.k, int(outcome.clock[cause]))
            u = (word + 0.5) / 2**32
            needed, reached = -math.log1p(-u), 0.0
            for band, h in enumerate(hazard):
                if needed < reached + h:
                    begin, end = float(outcome.edges[band]), float(outcome.edges[band + 1])
                    time = begin + (needed - reached) / h * (end - begin)
                    if time < earliest:
                        earliest, death = time, (cause, band, min(int(time), math.ceil(end) - 1))
                    break
                reached += h
        return death


def thresholds(packed: Packed, arm: int, v: int, levels: list[int]) -> list[int]:
    """The thresholds of variable ``v`` in this arm, given the levels of the variables before it."""
    n = int(packed.n_levels[v]) - 1
    row = sum(int(s) * levels[p] for p, s in zip(packed.parents[v], packed.strides[v], strict=True) if p >= 0)
    begin = int(packed.table_start[arm, v]) + row * n
    limits: list[int] = packed.thresholds[begin : begin + n].tolist()
    return limits


def index(variables: Ints, strides: Ints, levels: list[int]) -> int:
    return sum(int(s) * levels[v] for v, s in zip(variables, strides, strict=True))


def hazard_row(packed: Packed, arm: int, levels: list[int]) -> Table:
    """Cumulative hazards [cause][band] of a birth with these levels."""
    outcome = packed.deaths
    hazards = [[1.0] * outcome.n_bands for _ in range(outcome.n_causes)]
    for f in outcome.of_arm[arm].tolist():
        if f >= 0:
            used = outcome.factor_vars[f] >= 0
            row = index(outcome.factor_vars[f][used], outcome.factor_strides[f][used], levels)
            table = outcome.factors[int(outcome.factor_start[f]) + row].tolist()
            hazards = [
                [h * x for h, x in zip(*rows, strict=True)] for rows in zip(hazards, table, strict=True)
            ]
    return hazards


def incidence(hazards: Table) -> Table:
    """Chance to die [cause][band] with cumulative hazards [cause][band]."""
    alive, out = 1.0, [[0.0] * len(row) for row in hazards]
    for band in range(len(hazards[0])):
        total = sum(row[band] for row in hazards)
        dies = -math.expm1(-total)
        for cause, row in enumerate(hazards):
            out[cause][band] = alive * dies * row[band] / total if total else 0.0
        alive *= math.exp(-total)
    return out


def probabilities(limits: list[int]) -> list[float]:
    """Chance of each level from its integer thresholds."""
    ends = [0.0, *(1.0 if t == 2**32 - 1 else t / (2**32 - 1) for t in limits), 1.0]
    return [b - a for a, b in pairwise(ends)]


def paths(packed: Packed, arm: int, given: list[int]) -> list[tuple[list[int], float]]:
    """Every combination of levels with its probability, for a birth with these given levels."""
    reached = [(list(given), 1.0)]
    for v in range(packed.n_given, packed.n_variables):
        reached = [
            ([*levels, level], p * q)
            for levels, p in reached
            for level, q in enumerate(probabilities(thresholds(packed, arm, v, levels)))
            if q > 0
        ]
    return reached


def expected(
    packed: Packed, arm: int
) -> list[tuple[int, dict[int, float], dict[tuple[int, int, int], float]]]:
    """For each kind of birth (stratum, slice): how many, and the exact chance of each profile and each death.

    Deaths are by (cell, cause, band).
    """
    outcome = packed.deaths
    kinds = []
    slices = int(packed.n_levels[packed.n_given - 1])
    for stratum, piece in product(range(packed.stratum_key.size), range(slices)):
        births = int(packed.stratum_start[stratum + 1] - packed.stratum_start[stratum])
        profiles: dict[int, float] = {}
        deaths: dict[tuple[int, int, int], float] = {}
        for levels, p in paths(packed, arm, [*packed.stratum_levels[stratum].tolist(), piece]):
            profile = index(packed.profile_vars, packed.profile_strides, levels)
            profiles[profile] = profiles.get(profile, 0.0) + p
            cell = index(outcome.cell_vars, outcome.cell_strides, levels)
            for cause, row in enumerate(incidence(hazard_row(packed, arm, levels))):
                for band, chance in enumerate(row):
                    deaths[cell, cause, band] = deaths.get((cell, cause, band), 0.0) + p * chance
        first = (piece - int(packed.stratum_key[stratum])) % slices
        kinds.append((len(range(first, births, slices)), profiles, deaths))
    return kinds
