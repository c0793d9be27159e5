"""Made-up answers of a comparison, as small as a rule about them needs."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

WORDS = {"deaths": "infant deaths", "births": "live births", "short": "births", "use": "For: tests."}


def number(
    mean: float, interval: tuple[float, float], mc_error: float = 0.5, draw_error: float = 1.0
) -> dict[str, Any]:
    """A number over draws, as an answer holds it."""
    return {
        "mean": mean,
        "interval95": list(interval),
        "mc_error": mc_error,
        "draw_error": draw_error,
        "mc_variance_share": 0.01,
        "mc_variance_removed": False,
    }


def arm(
    name: str,
    mean: float,
    interval: tuple[float, float],
    *,
    p: float | None = None,
    title: str | None = None,
    evidence: tuple[str, str] | None = ("B", "effective"),
    variants: dict[str, dict[str, Any]] | None = None,
    fewer_births: tuple[float, tuple[float, float]] | None = None,
    expected: float = 20_000.0,
    mc_error: float = 0.5,
) -> dict[str, Any]:
    """A scenario of an answer."""
    nothing = mean == interval[0] == interval[1] == 0
    if p is None:
        p = 1.0 if interval[0] > 0 else 0.0 if interval[1] < 0 or nothing else 0.6
    at = number(mean, interval, 0.0 if nothing else mc_error)
    found: dict[str, Any] = {
        "name": name,
        "title": title or f"A policy called {name}",
        "deaths_averted": at,
        "percent": 100 * mean / expected,
        "per_1000_births": mean / 5600,
        "p_positive": p,
        "by_cause": {"infection": 0.75 * mean, "other": 0.25 * mean},
        "by_age": {"day_0": mean},
        "by_year": {"2025": mean / 2, "2026": mean / 2},
        "evidence": None
        if evidence is None
        else {"grade": evidence[0], "status": evidence[1], "summary": f"What is known of {name}."},
        "asks_the_same_as": None,
        "averts_nothing": nothing and fewer_births is None,
        "variants": variants or {},
        "final_year": {
            "name": name,
            "deaths_averted": number(mean / 2, (interval[0] / 2, interval[1] / 2), at["mc_error"] / 2),
            "percent": 100 * mean / expected,
            "per_1000_births": mean / 5600,
            "p_positive": p,
            "variants": {},
        },
    }
    if fewer_births is not None:
        found["by_fewer_births"] = {
            "mean": fewer_births[0],
            "interval95": list(fewer_births[1]),
            "draw_error": 1.0,
        }
    return found


def answer_of(
    *arms: dict[str, Any],
    draws: int = 200,
    definition: str = "period",
    structure: dict[str, str] | None = None,
    changes: dict[str, str] | None = None,
    sections: dict[str, list[dict[str, Any]]] | None = None,
    estimator: str = "expected",
) -> dict[str, Any]:
    """An answer that holds these scenarios.

    ``changes`` is the kind of the one intervention of a scenario, where it is not ``prevalence``.
    """
    kinds = changes or {}
    scenarios = {
        at["name"]: {
            "as_run": {
                "name": at["name"],
                "title": at["title"],
                "why": f"Why {at['name']}.",
                "is_not": [f"{at['name']} is no promise."],
                "evidence": at["evidence"],
                "interventions": [
                    {"id": f"{at['name']}_part", "change": kinds.get(at["name"], "prevalence")},
                ],
            }
        }
        for at in arms
    }
    return {
        "model": "made_up",
        "words": WORDS,
        "years": [2025, 2026],
        "definition": definition,
        "draws": draws,
        "seed": 1,
        "structure": structure or {},
        "not_solved": [],
        "posterior": {"named": None, "beside": {}},
        "trend_after": None,
        "baseline": {
            "name": "current_policy",
            "title": "Current policy, held",
            "births": 5_600_000.0,
            "deaths": number(20_000.0, (18_000.0, 22_000.0), 10.0, 50.0),
            "imr": 3.57,
        },
        "arms": list(arms),
        "sections": sections or {},
        "run": {"estimator": estimator, "scenarios": scenarios, "births_simulated": 1000, "posterior": None},
    }


def intervals() -> st.SearchStrategy[tuple[float, tuple[float, float]]]:
    """A mean inside its interval, of any sign and size, none at all among them."""
    ends = st.floats(-5000, 5000, allow_nan=False, allow_infinity=False)

    def ordered(drawn: tuple[float, float, float]) -> tuple[float, tuple[float, float]]:
        low, mean, high = sorted(drawn)
        return mean, (low, high)

    return st.one_of(st.just((0.0, (0.0, 0.0))), st.tuples(ends, ends, ends).map(ordered))
