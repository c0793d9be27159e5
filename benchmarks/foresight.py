"""How well are the next years foreseen, from every year in its turn? `python -m benchmarks.foresight`, 5 to 15 minutes.

England's deaths by decile, fitted up to 2013, 2014 and so on, one to four years ahead: by rules of projection that
differ in where the path starts and in how far the gradient may drift, and by plain rivals. Scores are means over
counts; their differences have the standard error over last years fitted, which share data, so it is too small.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import product
from statistics import fmean, stdev

from calibration.density import Posterior
from calibration.read import load_calibration
from calibration.rolling import Foreseen, rolling
from calibration.schema import Parameters
from calibration.targets import Observed

CONFIG = "england_2010_2016"
COUNTED = "england_2010_2020"
LAST_FITTED = range(2013, 2020)
FIRST = "last, drift 0.02"


def rules(own: Parameters) -> dict[str, Parameters]:
    """Where the path starts, by the yearly drift of the gradient."""
    found = {}
    for held, drift in product(("last", "reference"), (0.0, 0.01, 0.02, 0.04)):
        said = own.model_dump(mode="json", by_alias=True) | {
            "projection": {"from": held},
            "drift": {"sd": drift} if drift else None,
        }
        found[f"{held}, drift {drift}"] = Parameters.model_validate_json(json.dumps(said))
    return found


def main() -> None:
    """Print the table."""
    config, model, structure, _ = load_calibration(CONFIG)
    counts = load_calibration(COUNTED)[-1].counts[0]
    posterior = Posterior(config, model, structure, Observed((), (), ()), 2)
    found: list[Foreseen] = []
    for last in LAST_FITTED:
        found += rolling(posterior, counts, rules(config.parameters), [last], threads=2)
        print(f"fitted up to {last}", flush=True)
    print_table(found)


def print_table(found: Sequence[Foreseen]) -> None:
    """One line a predictor."""

    def mean(name: str, what: str, which: Callable[[Foreseen], bool] = lambda one: True) -> float:
        return fmean(getattr(one, what) for one in found if one.predictor == name and which(one))

    def by_last(name: str) -> list[float]:
        return [mean(name, "crps", lambda one, last=last: one.last_fitted == last) for last in LAST_FITTED]

    print(
        f"{'':26}{'CRPS':>7}{'neon.':>7}{'post.':>7}{'  1 to 4 years ahead':28}{'log':>6}{'50%':>6}{'90%':>6}  more"
    )
    for name in dict.fromkeys(one.predictor for one in found):
        ages = [
            mean(name, "crps", lambda one, age=age: one.period == age) for age in ("neonatal", "postneonatal")
        ]
        ahead = [mean(name, "crps", lambda one, n=n: one.ahead == n) for n in (1, 2, 3, 4)]
        more = [a - b for a, b in zip(by_last(name), by_last(FIRST), strict=True)]
        cells = [mean(name, "crps"), *ages, *ahead]
        print(
            f"{name:26}" + "".join(f"{cell:7.2f}" for cell in cells)
            + f"{mean(name, 'log_score'):7.3f}{mean(name, 'inside50'):6.2f}{mean(name, 'inside90'):6.2f}"
            + f"  {fmean(more):+.2f} ({stdev(more) / len(more) ** 0.5:.2f})"
        )  # fmt: skip


if __name__ == "__main__":
    main()
