"""What is said below the table: how the numbers were made, and what their intervals and errors hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scenarios.uncertainty import LARGEST_SHARE
from simcore.results import counted

METHODS = {"nuts": "NUTS", "quick": "quick fit"}
ROUGH = 100
"""Draws below which the ends of a 95% interval are little more than the extremes."""


def which_draws(
    named: str | None, solved: Mapping[str, Any] | None, posterior: Mapping[str, Any] | None
) -> str:
    """Where draws came from, in words; nothing where a model names no posterior and none was used.

    Parameters
    ----------
    named
        The posterior that the model file names.
    solved, posterior
        What the run record says of the file used.
    """
    if posterior is not None:
        method = METHODS.get(posterior["method"], posterior["method"])
        said = f"Parameters are draws of the posterior {posterior['file']} ({method})."
        if posterior["status"] == "provisional":
            said += " It is provisional: its fit did not pass every check (`simcore calibrate check`)."
        return said
    if named is None:
        return ""
    instead = f"the solved draws {solved['file']}" if solved is not None else "drawn from their priors"
    return f"Parameters are {instead}, not of the posterior {named}."


def footnotes(summary: Mapping[str, Any]) -> str:
    """How the numbers were made, in one or two sentences."""
    run = summary["run"]
    structure = ", ".join(f"{name}={option}" for name, option in summary["structure"].items())
    short = summary["words"]["short"]
    drawn = f" of {run['births_simulated']:,} {short}" if run["births_simulated"] else ", nothing drawn"
    draws = "1 draw" if summary["draws"] == 1 else f"{summary['draws']:,} draws"
    made = f"{draws}{drawn}, {run['estimator']} deaths, seed {summary['seed']}"
    said = [f"Structure: {structure}."] if structure else []
    after = summary["trend_after"]
    hazards = "are the same in every year" if after is None else f"follow a trend after {after}"
    if run["posterior"] is not None and run["posterior"]["year_effects"]:
        fitted = "move from year to year as fitted"
        hazards = fitted if after is None else f"{fitted}, and {hazards}"
    said.append(f"{made}; hazards {hazards}.")
    said += filter(None, [which_draws(summary["posterior"]["named"], run["solved_draws"], run["posterior"])])
    if run.get("pass_share", 1.0) < 1.0:
        passed = f"{100 * run['pass_share']:.3g}% of {short}"
        said.append(f"Only {passed} could have died by a first bound, and were worked out in full.")
    chosen = {f"{name}={option}" for name, option in summary["structure"].items()}
    if run["estimator"] == "realised" and any(arm["variants"].keys() - chosen for arm in summary["arms"]):
        said.append(
            "Other structures are expected deaths, so the column `as chosen` has luck that they have not."
        )
    if summary["not_solved"]:
        names = ", ".join(summary["not_solved"])
        no_draws = (
            "no draws are solved for them" if run["posterior"] is None else "there is no posterior of them"
        )
        said.append(f"Not shown, for {no_draws} beside this structure: {names}.")
    beside = summary["posterior"]["beside"]
    provisional = [name for name, posterior in beside.items() if posterior["status"] == "provisional"]
    if provisional:
        said.append(f"Of other structures these are of a provisional posterior: {', '.join(provisional)}.")
    said += _how_known(summary)
    said += _fewer_births(summary)
    said += _perhaps_not_meant(summary)
    said += _monte_carlo(summary)
    if summary["draws"] < ROUGH and any(map(has_width, _headlines(summary).values())):
        said.append(f"An interval over {summary['draws']} draws is rough: ask for more (--draws).")
    return " ".join(said)


def _how_known(summary: Mapping[str, Any]) -> list[str]:
    """Which scenarios nobody claims: effects assumed to be looked at, and those of which trials found none."""
    named: dict[str, list[str]] = {"what_if": [], "null": []}
    for arm in summary["arms"]:
        status = _status(arm)
        if status in named:
            named[status].append(arm["name"])
    said = [f"What if, and no more: {', '.join(named['what_if'])}."] if named["what_if"] else []
    if named["null"]:
        said.append(f"Studies found no effect, or there is none to use: {', '.join(named['null'])}.")
    return said


def _status(arm: Mapping[str, Any]) -> str | None:
    evidence = arm["evidence"]
    return None if evidence is None else str(evidence["status"])


def _fewer_births(summary: Mapping[str, Any]) -> list[str]:
    """What is averted because fewer are born, which is in none of the tables."""
    words, said = summary["words"], []
    for arm in summary["arms"]:
        at = arm.get("by_fewer_births")
        if at is not None:
            low, high = at["interval95"]
            known = f" ({low:,.0f} to {high:,.0f})" if high > low else ""
            said.append(
                f"Under {arm['name']} fewer {words['short']} avert {at['mean']:,.0f} {counted(words)} more{known}: "
                "they stand here alone, in no figure above."
            )
    return said


def _perhaps_not_meant(summary: Mapping[str, Any]) -> list[str]:
    """Scenarios that ask what another asks, or that avert nothing in any draw."""
    said = [
        f"{arm['name']} asks the same as {arm['asks_the_same_as']}, so both answers are one."
        for arm in summary["arms"]
        if arm["asks_the_same_as"] is not None
    ]
    # where deaths are drawn one by one nothing may be averted by luck alone
    idle = [
        arm["name"]
        for arm in summary["arms"]
        if arm["averts_nothing"] and arm["asks_the_same_as"] is None and _status(arm) != "null"
    ]
    if idle and summary["run"]["estimator"] != "realised":
        said.append(
            f"In no draw is a death averted by {', '.join(idle)}: `simcore explain` says what is changed."
        )
    return said


def _monte_carlo(summary: Mapping[str, Any]) -> list[str]:
    """Which intervals hold how much of the luck of the births drawn: the comparator's deaths, and each headline."""
    headlines, births = _headlines(summary), summary["run"]["births_simulated"]
    # what is counted by ones may be nothing by luck: that no death was seen is no certainty
    one_by_one = summary["run"]["estimator"] == "realised"
    alone = [name for name, at in headlines.items() if no_interval(at) and at["mc_variance_removed"]]
    removed = [name for name, at in headlines.items() if at["mc_variance_removed"] and name not in alone]
    left = {
        name: at for name, at in headlines.items() if at["mc_error"] > 0 and not at["mc_variance_removed"]
    }
    too_much = [name for name, at in left.items() if at["mc_variance_share"] > LARGEST_SHARE]
    small = max((at["mc_variance_share"] for name, at in left.items() if name not in too_much), default=0.0)
    said = []
    if summary["draws"] == 1:
        said.append("One draw has no interval: ask for more (--draws).")
    elif alone:
        of = "anything" if len(alone) == len(headlines) else ", ".join(alone)
        said.append(f"No parameter moves {of}: there is no interval, and the MC error is the whole error.")
    elif one_by_one and not any(at["mean"] for at in headlines.values()):
        said.append("No death was drawn: ask for more (--births).")
    elif not one_by_one and not any(map(has_width, headlines.values())):
        said.append("No parameter moves anything: every draw gives the same answer.")
    if births and not one_by_one and not any(at["mc_error"] for at in headlines.values()):
        said.append("There is no Monte Carlo error: deaths hang on nothing that is drawn.")
    if removed:
        said.append(f"Monte Carlo variance was taken out of the interval of {', '.join(removed)}.")
    if too_much:
        said.append(
            f"The interval of {', '.join(too_much)} is wide from too few {summary['words']['short']}, and nothing "
            "could be taken out: ask for more (--births)."
        )
    if small > 0:
        others = "Elsewhere it" if removed or too_much else "Monte Carlo variance"
        most = f"at most {small:.1%}" if small >= 0.001 else "less than 0.1%"
        said.append(f"{others} is {most} of the variance between draws, and is left in.")
    return said


def _headlines(summary: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The comparator's deaths and what each scenario averts, as they are called in the notes."""
    baseline = summary["baseline"]
    headlines = {f"{counted(summary['words'])} under {baseline['name']}": baseline["deaths"]}
    return headlines | {arm["name"]: arm["deaths_averted"] for arm in summary["arms"]}


def has_width(at: Mapping[str, Any]) -> bool:
    """Whether its interval is more than a point."""
    low, high = at["interval95"]
    return bool(high > low)


def no_interval(at: Mapping[str, Any]) -> bool:
    """Whether there is an error, and no parameter that an interval could be over."""
    return bool(at["mc_error"] > 0 and not has_width(at))
