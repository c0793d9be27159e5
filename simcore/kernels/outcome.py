"""Causes of death for realised births: a clock for each cause, and the hazards that drive it."""

from dataclasses import dataclass

import numpy as np

from simcore.kernels.arrays import Floats, Ints, ensure, plain

CLOCK_BLOCKS = 2**32 - 2**16
"""The first Philox block of the clocks; no decision of a variable or a policy step lies there or above."""
CLOCKS_A_BLOCK = 6
"""Clocks whose halves share one block: two in each of its first three words."""
MOST_CLOCKS = CLOCKS_A_BLOCK * 2**15
BESIDE_CLOCKS = 4 * CLOCK_BLOCKS + 3
"""The decision number of the one variable that takes the fourth word of the first clocks' block.

Should it dominate the risk of death, a single block tells of most births that they survive.
"""


@dataclass(frozen=True, eq=False)
class Outcome:
    """Causes of death on latent clocks.

    Clock ``n`` has a word of two halves of 16 bits: the high one is half ``n % 6`` of Philox block
    ``CLOCK_BLOCKS + 2 * (n // 6)``, the low one the same half of the block after it. Half ``h`` of a block
    lies in its word ``h // 2``, above where ``h`` is even and below where it is odd.

    The cumulative hazard of cause ``c`` over the whole of band ``b`` is a product of factors, multiplied in
    the order of ``of_arm[arm]`` (padded with -1): factor ``f`` is ``factors[row, c, b]`` with
    ``row = factor_start[f] + sum(factor_strides[f] * level(factor_vars[f]))``. Deaths are counted in cells
    ``sum(cell_strides * level(cell_vars))`` (any variables; each arm's own levels).

    Raises
    ------
    ValueError
        When shapes disagree, an index could leave its array, two clocks are one, or a factor is negative.
    """

    clock: Ints  # [causes] the number of each cause's clock
    edges: Floats  # [bands + 1] days, increasing
    factor_vars: Ints  # [factors, most variables] padded with -1
    factor_strides: Ints  # [factors, most variables]
    factor_start: Ints  # [factors]
    factors: Floats  # [rows, causes, bands] the tables of all factors, one after the other
    of_arm: Ints  # [arms, most factors] padded with -1 at the end
    cell_vars: Ints  # [cell variables]
    cell_strides: Ints  # [cell variables]

    def __post_init__(self) -> None:
        for name, dtype, dims in (
            ("clock", np.int64, 1),
            ("edges", np.float64, 1),
            ("factor_vars", np.int64, 2),
            ("factor_strides", np.int64, 2),
            ("factor_start", np.int64, 1),
            ("factors", np.float64, 3),
            ("of_arm", np.int64, 2),
            ("cell_vars", np.int64, 1),
            ("cell_strides", np.int64, 1),
        ):
            object.__setattr__(self, name, plain(getattr(self, name), dtype, dims, name))
        n = self.factor_start.size
        ensure(
            self.factors.shape[1:] == (self.clock.size, self.edges.size - 1),
            f"factors {self.factors.shape} are not rows x {self.clock.size} causes x {self.edges.size - 1} bands",
        )
        ensure(
            self.factor_vars.shape[0] == n and self.factor_strides.shape == self.factor_vars.shape, "factors"
        )
        ensure(
            self.cell_strides.shape == self.cell_vars.shape and bool((self.cell_strides >= 0).all()),
            "cell_strides",
        )
        ensure(bool((np.diff(self.edges) > 0).all()), "band edges must increase")
        ensure(
            bool(np.isfinite(self.factors).all() and (self.factors >= 0).all()),
            "hazards must be finite and not negative",
        )
        ensure(
            bool(((self.clock >= 0) & (self.clock < MOST_CLOCKS)).all()), f"clocks: 0 to {MOST_CLOCKS - 1}"
        )
        ensure(np.unique(self.clock).size == self.clock.size, "causes with one clock would share their luck")
        padded = self.of_arm < 0
        ensure(
            bool(((self.of_arm >= -1) & (self.of_arm < n)).all())
            and not padded[:, 0].any()
            and bool((padded[:, 1:] | (self.of_arm[:, 1:] > self.of_arm[:, :-1])).all()),
            "of_arm: factors of an arm in rising order, one at least, and padding last",
        )
        ensure(bool((self.factor_start >= 0).all() and (self.factor_strides >= 0).all()), "factor_start")

    @property
    def n_causes(self) -> int:
        """Causes of death."""
        return self.clock.size

    @property
    def n_bands(self) -> int:
        """Age bands."""
        return self.edges.size - 1

    def check_within(self, n_levels: Ints, n_arms: int) -> None:
        """Refuse factors, arms or cells that a program of these variables could lead out of their arrays.

        Raises
        ------
        ValueError
        """
        for variables, least in ((self.factor_vars, -1), (self.cell_vars, 0)):
            ensure(bool(((variables >= least) & (variables < n_levels.size)).all()), "outcome variables")
        ensure(self.of_arm.shape[0] == n_arms, f"of_arm: {n_arms} arms expected, got {self.of_arm.shape[0]}")
        used = self.factor_vars >= 0
        last = np.where(used, self.factor_strides * (n_levels[self.factor_vars] - 1), 0).sum(axis=1)
        ensure(
            bool((self.factor_start + last < self.factors.shape[0]).all()), "factor_start: leaves `factors`"
        )
