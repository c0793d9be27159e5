"""How well the model meets what was observed, told from the fit that the run used; and what no fit can show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scenarios.footnotes import METHODS
from scenarios.report.blocks import Block, Commands, Folded, Listed, Paragraph, Section, Table
from scenarios.report.made_of import MadeOf
from scenarios.words.names import in_words, listed, structure_in_words, years_in_words

MISSED = 0.01
"""A posterior predictive probability below which counts are not met."""
NO_PROOF = (
    "No fit shows that a scenario does what its file says: effects are those of studies, and counts of past years were "
    "made under the policies of those years."
)


def validation(made_of: MadeOf) -> Section:
    """What was fitted, how the fit was judged, what it was held against, and what none of it can show."""
    blocks: list[Block] = [*_returned(made_of), *_not_seen(made_of), *_not_told(made_of)]
    for at in made_of.checks["posteriors"]:
        blocks += _of_posterior(at)
    blocks.append(Paragraph(NO_PROOF, "caution"))
    return Section("validation", "How the model meets what was observed", tuple(blocks))


def _returned(made_of: MadeOf) -> Iterator[Block]:
    model = made_of.model
    if model is None or not model.spec.reference_years:
        return
    if model.spec.deaths.baseline.target is not None:
        years = years_in_words(model.spec.reference_years)
        yield Paragraph(
            f"The model is solved to return the {made_of.words['deaths']} observed in {years}. That it does is no test "
            "of it: it could not do otherwise."
        )


def _not_seen(made_of: MadeOf) -> Iterator[Block]:
    """That the years asked for are later than any that were counted."""
    seen = _last_seen(made_of)
    later = [year for year in made_of.summary["years"] if seen is not None and year > seen]
    if not later:
        return
    how = ""
    if (made_of.record.get("posterior") or {}).get("year_effects"):
        how = (
            " How hazards move from year to year is carried forward from the years that were fitted, which makes the "
            "intervals wider."
        )
    yield Paragraph(
        f"No deaths after {seen} were seen by the model or its fit, and {years_in_words(later)} "
        f"{'is' if len(later) == 1 else 'are'} asked for.{how} What becomes of hazards in between is not known; a "
        "forecast this is not.",
        "caution",
    )


def _not_told(made_of: MadeOf) -> Iterator[Block]:
    """That nothing was observed beside the model, or that its fit is not told of here."""
    if made_of.checks["posteriors"]:
        return
    used = made_of.record.get("posterior")
    if used is not None:
        name = used["file"].removesuffix(".nc")
        yield Paragraph(
            f"How the fit {name} met what was observed is not told here. This tells it:", "caution"
        )
        yield Commands((f"simcore calibrate check {name}",))
    elif made_of.model is not None and made_of.model.spec.deaths.baseline.target is None:
        yield Paragraph(
            "Nothing that was observed stands beside this model: no fit of it was used.", "caution"
        )


def _last_seen(made_of: MadeOf) -> int | None:
    years = [year for at in made_of.checks["posteriors"] for year in at.get("years", ())]
    if made_of.model is not None and made_of.model.spec.deaths.baseline.target is not None:
        years += made_of.model.spec.reference_years
    return max(years, default=None)


def _of_posterior(at: Mapping[str, Any]) -> Iterator[Block]:
    """One posterior: its verdict, and its targets one by one."""
    structure = at.get("structure", "")
    of = f", of {structure_in_words(structure)}" if structure else ""
    check = at.get("check")
    if check is None:
        yield Paragraph(f"The fit {at['file']}{of} is not shown: {at['why_not']}.", "caution")
        return
    told = [f"{name} {value}" for name, value in _diagnostics(check)]
    method = METHODS.get(check["method"], check["method"])
    words = {"passed": "passed", "provisional": "did not pass in full: it is provisional"}
    state = words.get(check["status"], check["status"])
    said = f"The fit {check['calibration']}{of} ({method}) {state}: {', '.join(told)}."
    yield Paragraph(said, "plain" if check["status"] == "passed" else "caution")
    if check.get("reasons"):
        yield Listed(tuple(check["reasons"]))
    if structure:
        return
    yield from _targets(check["targets"])
    yield Commands((f"simcore calibrate check {at['name']}",))


def _diagnostics(check: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, key, form in (
        ("R-hat at most", "rhat_max", ".4f"),
        ("effective size at least", "ess_min", ",.0f"),
        ("k-hat", "khat", ".2f"),
        ("divergences", "divergences", "d"),
    ):
        if check.get(key) is not None:
            yield name, f"{check[key]:{form}}"


def _targets(targets: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
    counted = [at for at in targets if at["kind"] != "contrast"]
    fitted = [at for at in counted if at["fitted"]]
    beside = [at for at in counted if not at["fitted"]]
    missed = [at for at in counted if at["p_least"] is not None and at["p_least"] < MISSED]
    if beside:
        names = listed([_target(at) for at in beside if at in missed])
        known = f"it does not meet {names}" if names else "it meets them all"
        yield Paragraph(
            f"Of {len(beside)} sets of counts that it was not fitted to, {known} (a posterior predictive probability "
            f"under {MISSED:g}).",
            "caution" if names else "plain",
        )
    not_met = [at for at in fitted if at in missed]
    if not_met:
        yield Paragraph(
            f"Of {len(fitted)} sets of counts that it was fitted to, it does not meet "
            f"{listed([_target(at) for at in not_met])}.",
            "caution",
        )
    rows = tuple(
        (
            in_words(at["target"]),
            "fitted" if at["fitted"] else "held against",
            f"{at['cells']:,}",
            f"{at['inside']:,}",
            "-" if at["p_least"] is None else f"{at['p_least']:.2g}",
        )
        for at in targets
    )
    headings = ("Counts", "How", "Cells", "Inside the 90% interval", "Least probability")
    table = Table("What was observed, beside what the fit expects", headings, rows, frozenset({2, 3, 4}))
    yield Folded(f"All {len(rows)} sets of counts and published effects", (table,))


def _target(at: Mapping[str, Any]) -> str:
    return in_words(at["target"])
