"""Made-up answers of a comparison, as small as a rule about them needs."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

KINDS: dict[str, dict[str, Any]] = {
    "prevalence": {"of": "smoking", "multiply": 0.5, "source": ["assumption"], "note": "Invented."},
    "hazard_ratio": {
        "begins": "pregnancy",
        "causes": ["other"],
        "age_bands": ["day_0"],
        "ratio": {"value": 0.9, "source": ["assumption"], "note": "Invented."},
    },
    "what_if_equal": {"dimension": "imd_decile", "like": "10"},
    "what_if_residual": {"like": "10"},
}
"""Interventions of each kind, as a record holds them."""
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
                "scenario": 1,
                "model": "made_up",
                "name": at["name"],
                "title": at["title"],
                "why": f"Why {at['name']}.",
                "is_not": [f"{at['name']} is no promise."],
                **({} if at["evidence"] is None else {"evidence": at["evidence"]}),
                "interventions": [
                    {"id": f"{at['name']}_part", "change": kind, **KINDS[kind]}
                    for kind in [kinds.get(at["name"], "prevalence")]
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
        "run": {
            "estimator": estimator,
            "scenarios": scenarios,
            "births_simulated": 1000,
            "posterior": None,
            "solved_draws": None,
        },
    }


def intervals() -> st.SearchStrategy[tuple[float, tuple[float, float]]]:
    """A mean inside its interval, of any sign and size, none at all among them."""
    ends = st.floats(-5000, 5000, allow_nan=False, allow_infinity=False)

    def ordered(drawn: tuple[float, float, float]) -> tuple[float, tuple[float, float]]:
        low, mean, high = sorted(round(end, 4) for end in drawn)
        return mean, (low, high)

    return st.one_of(st.just((0.0, (0.0, 0.0))), st.tuples(ends, ends, ends).map(ordered))


def figure(scenario: str, measure: str, level: str, value: float | None, **more: Any) -> dict[str, Any]:
    """A figure of a section."""
    found = {"scenario": scenario, "measure": measure, "level": level, "value": value, "unit": "deaths"}
    return found | {"interval95": None, "mc_error": None} | more


def choice_of(arms: tuple[dict[str, Any], ...], spread: float = 100.0) -> list[dict[str, Any]]:
    """Probabilities that one scenario averts more than another: as their means are apart by a spread."""
    found = []
    for one in arms:
        for other in arms:
            if one is not other:
                apart = (one["deaths_averted"]["mean"] - other["deaths_averted"]["mean"]) / spread
                value = min(max(0.5 + apart / 2, 0.0), 1.0)
                level = f"scenario {other['name']}"
                found.append(figure(one["name"], "p_better_than", level, value, mc_error=0.005))
        found.append(figure(one["name"], "p_best", "all", 1.0 if len(arms) == 1 else 0.5, mc_error=0.005))
    return found


def sections_of(*arms: dict[str, Any], spread: float = 100.0) -> dict[str, list[dict[str, Any]]]:
    """Sections that go with the headlines of these scenarios."""
    found: dict[str, list[dict[str, Any]]] = {"choice": choice_of(arms, spread)}
    for at in arms:
        name, averted = at["name"], at["deaths_averted"]
        low, high = averted["interval95"]
        gap = "most to least deprived fifth"
        parts = {
            "by": [
                figure(name, "deaths_averted", level, share * averted["mean"], interval95=[share * low, share * high])
                for level, share in (
                    ("cause infection", 0.75), ("cause other", 0.25), ("age_band day_0", 1.0),
                    ("year 2025", 0.5), ("year 2026", 0.5),
                )
            ],
            "equity": [
                figure("current_policy", "gap", gap, 2.35, interval95=[2.0, 2.7], unit="per 1,000 live births"),
                figure(name, "gap", gap, 2.35 - averted["mean"] / 1e4, interval95=[2.0, 2.7]),
                figure(name, "gap_change", gap, -averted["mean"] / 1e4, interval95=[-high / 1e4, -low / 1e4]),
            ],
            "reach": [
                figure(name, "births_at_step", "offer:accepts", 5000.0, interval95=[4000.0, 6000.0]),
                figure(name, "number_needed", "offer:accepts", None, p_no_gain=0.5)
                if low <= 0
                else figure(name, "number_needed", "offer:accepts", 5000 / averted["mean"],
                            interval95=[5000 / high, 5000 / low], p_no_gain=0.0),
            ],
            "drivers": [
                figure(name, "swing", "offer/effect", averted["mean"], mc_error=1.0, numbers=[0.1, 0.9],
                       answers=[low, high], part=0.1),
            ],
            "chance": [
                figure(name, "p_shown", "years 2022-2024 to 2025-2027", 0.4, mc_error=0.01),
                figure("current_policy", "p_shown_by_chance", "years 2022-2024 to 2025-2027", 0.16),
            ],
        }  # fmt: skip
        for section, figures in parts.items():
            found.setdefault(section, []).extend(figures)
    return found


def with_fifths(summary: dict[str, Any]) -> dict[str, Any]:
    """The same answer by deciles of deprivation."""
    summary["baseline"] |= {"births_by_decile": [560_000.0] * 10, "imr_by_decile": [5.0, 4.5, *[3.2] * 8]}
    for at in summary["arms"]:
        mean, (low, high) = at["deaths_averted"]["mean"], at["deaths_averted"]["interval95"]
        fifth = {"mean": 0.4 * mean, "interval95": [0.4 * low, 0.4 * high], "draw_error": 1.0}
        at |= {"most_deprived_fifth": fifth}
    return summary
