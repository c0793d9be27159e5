"""The page on England says what the model says: graph, margins, effects; and nothing far off goes undiscussed."""

from __future__ import annotations

import doctest
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import graph_layout
import make_england
import numpy as np
import pytest
import validation_facts
import validation_observed
from causal_links import DEATHS, links
from causal_picture import picture
from england_margins import margin, published
from graph_layout import Arrow, lay_out
from validation_compare import compared_counts, in_model, is_fitted, rates
from validation_observed import Observed
from validation_tools import central_draws, england
from validation_world import FAR, Record, read_records, read_remarks, speaks_of, undiscussed

from simcore.arms import Arm, Step
from simcore.contrasts import DO_DECISION
from simcore.expected import exact_weights
from simcore.network import push_forward
from simcore.program import Program, compile_natural
from simcore.solved import OWN, read_central
from simcore.worlds import lay_arm

SPACE = "{http://www.w3.org/2000/svg}"


def test_the_page_is_what_the_model_gives(capsys: pytest.CaptureFixture[str]) -> None:
    assert make_england.main(check=True) == 0, "run make england-page"
    assert capsys.readouterr().err == ""


def test_a_changed_page_would_be_seen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make_england, "page", lambda about: make_england.PAGE.read_text(encoding="utf-8"))
    monkeypatch.setattr(make_england, "picture", lambda model: picture(model).replace("gestation", "weeks"))
    assert make_england.main(check=True) == 3
    assert "england.svg is not what" in capsys.readouterr().err


@pytest.mark.parametrize("about", ["no mark", "<!-- generated: graph -->\n<!-- generated: graph -->"])
def test_a_part_without_its_place_is_refused(about: str) -> None:
    with pytest.raises(ValueError, match="once each"):
        make_england.page(about)


@pytest.mark.parametrize("module", [graph_layout, validation_facts, validation_observed])
def test_examples_in_the_programs_that_write_pages_run(module: object) -> None:
    found = doctest.testmod(module)  # type: ignore[arg-type]
    assert found.attempted > 0
    assert found.failed == 0


def anchors(page: str) -> set[str]:
    """What a reader's browser makes of the headings."""
    headings = re.findall(r"^#+ (.+)$", (make_england.HERE / page).read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", ["england.md", "validation.md"])
def test_every_link_of_a_written_page_leads_somewhere(page: str) -> None:
    text = (make_england.HERE / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]*)(?:#([^)]+))?\)", text)
    assert links
    for file, anchor in links:
        assert (make_england.HERE / (file or page)).is_file(), file
        assert not anchor or anchor in anchors(file or page), anchor


# ---- the graph


def do(variable: str, level: str) -> Step:
    levels = england().levels(variable)
    table = np.zeros((1, len(levels), len(levels)))
    table[:, :, levels.index(level)] = 1.0
    return Step(f"do {variable}", levels, (variable,), table, DO_DECISION, replaces=variable)


@cache
def natural() -> Program:
    model, structure = england(), england().structure()
    return compile_natural(
        model, structure, read_central(model, structure, OWN), model.spec.reference_years[-1:]
    )


def moved(start: str, end: str) -> float:
    """How far setting one variable moves another's shares, whichever level it is set to."""
    model, program = england(), natural()
    found = []
    for level in model.levels(start):
        world = lay_arm(program, Arm("do", (do(start, level),)))
        carrier = world.network.carrier(end)
        births = exact_weights(world, model.births_in(world.network.strata))
        nodes = world.network.nodes[: world.network.position(carrier) + 1]
        found.append(push_forward(births, nodes, 0, {carrier}).total(carrier).values)
    return float(np.ptp(found, axis=0).max() / found[0].sum())


def looks() -> Mapping[tuple[str, str], str]:
    return {(link.start, link.end): link.look for link in links(england())}


@pytest.mark.parametrize(
    ("start", "end"), [pair for pair, look in looks().items() if look == "causal" and pair[1] != DEATHS]
)
def test_a_solid_arrow_is_followed_by_a_policy(start: str, end: str) -> None:
    assert moved(start, end) > 1e-6


def found_together() -> list[tuple[str, str]]:
    """Pairs tied by association alone, with no way round through other variables.

    A descriptor that is set moves those that hang on it, as no policy can, and what is found together with them.
    """
    kinds = {name: variable.kind for name, variable in england().spec.variables.items()}
    moving: dict[str, set[str]] = {}
    for (start, end), look in looks().items():
        if look == "causal" or {kinds[start], kinds.get(end)} == {"descriptor"}:
            moving.setdefault(start, set()).add(end)

    def reached(name: str) -> set[str]:
        return {n for child in moving.get(name, ()) for n in {child, *reached(child)}}

    return [
        (start, end)
        for (start, end), look in looks().items()
        if look == "associated"
        and {kinds[start], kinds[end]} != {"descriptor"}
        and not reached(start) & {end, *(parent for parent, child in looks() if child == end)}
    ]


@pytest.mark.parametrize(("start", "end"), found_together())
def test_a_dashed_arrow_moves_nothing(start: str, end: str) -> None:
    assert moved(start, end) < 1e-12


def test_the_picture_has_every_variable_and_a_line_into_everything_that_has_a_cause() -> None:
    root = ET.fromstring(picture(england()))
    words = [text.text for text in root.iter(f"{SPACE}text")]
    assert set(england().spec.variables) <= set(words)
    heads = [
        path
        for path in root.iter(f"{SPACE}path")
        if "marker-end" in path.attrib and " h38" not in path.attrib["d"]
    ]
    assert len(heads) == len(links(england()))


def test_the_picture_brings_its_own_paper_and_is_told_in_words() -> None:
    root = ET.fromstring(picture(england()))
    paper = next(iter(root.findall(f"{SPACE}rect")))
    assert paper.attrib["fill"] == "#ffffff"
    assert all(root.find(f"{SPACE}{part}").text for part in ("title", "desc"))  # type: ignore[union-attr]
    assert not re.search(r"<(script|foreignObject|image|style)|href", picture(england()))


def test_boxes_of_a_layer_keep_apart_and_arrows_go_down() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        names = [f"v{i}" for i in range(int(rng.integers(2, 22)))]
        arrows = [
            Arrow(a, b, ("causal", "associated")[int(rng.integers(2))])
            for i, a in enumerate(names) for b in names[i + 1 :] if rng.random() < 0.25
        ]  # fmt: skip
        width = {name: float(rng.integers(60, 200)) for name in names}
        layout = lay_out(names, width, arrows)
        for row in layout.layers:
            boxes = [p for p in row if p.trunk is None]
            for left, right in zip(boxes, boxes[1:], strict=False):
                apart = layout.x[right] - layout.x[left] - (width[left.name] + width[right.name]) / 2
                assert apart > 20
        assert all(end.layer == start.layer + 1 for start, end, _ in layout.pieces)
        ends = {(start.name, end.name) for start, end, _ in layout.pieces if end.trunk is None}
        assert ends == {(a.start, a.end) for a in arrows}


# ---- margins


@pytest.mark.parametrize("name", england().spec.variables)
def test_every_margin_is_the_table_in_every_cell(name: str) -> None:
    found = margin(name, england().spec.reference_years)
    assert found.model.sum() == pytest.approx(1)
    if found.table is not None and found.furthest is not None:
        assert found.model == pytest.approx(found.table, abs=1e-9)
        assert found.furthest.max() < 1e-9


def test_printed_figures_of_the_births_of_england_are_near_the_model() -> None:
    """Smoking in a financial year, to a tenth of a point; age and gestation of one year or three, to half a point."""
    near = {"smoking_at_booking": 0.001, "smoking": 0.001, "mother_age": 0.005, "gestation": 0.004}
    checked = 0
    for name, bound in near.items():
        for row in published(name):
            years = (2018, 2019, 2020) if "-" in row["period"] else (int(row["period"][:4]),)
            found = margin(name, years).model[england().levels(name).index(row["level"])]
            assert found == pytest.approx(float(row["share"]), abs=bound), (name, row["level"], row["period"])
            checked += 1
    assert checked > 15


# ---- the model beside what was counted


def invented(**changed: object) -> Observed:
    """36 deaths of 10,000 births of 2020, all causes, of a group."""
    one = Observed(
        "mother_age", ("30_34",), "", None, "", "Somewhere", "2020", "infant", 36, 36.0, 10_000.0, ()
    )
    return replace(one, **changed)


def test_a_count_of_something_that_the_model_does_not_have_is_passed_over() -> None:
    model = england()
    assert in_model(model, invented())
    for changed in (
        {"factor": "shoe_size", "levels": ("42",)}, {"levels": ("30_34", "60_plus")}, {"cause": "boredom"},
        {"period": "1999"}, {"within": ("shoe_size", ("42",))},
    ):  # fmt: skip
        assert not in_model(model, invented(**changed)), changed


def test_a_group_within_a_group_and_its_causes_is_counted_as_it_says() -> None:
    """Levels together are the mean of each, weighted by births; causes add up; a group in all of another is itself."""
    early = ("22_23", "24_27", "28_31")
    causes, periods = list(england().spec.deaths.causes), list(england().spec.deaths.age_periods)
    asked = [
        invented(), invented(within=("gestation", england().levels("gestation"))),
        invented(within=("gestation", early)), *(invented(within=("gestation", (week,))) for week in early),
        *(invented(cause=cause) for cause in causes), *(invented(outcome=period) for period in periods),
    ]  # fmt: skip
    found = [float(rate[0]) for rate in rates(asked, central_draws(england().structure()))]
    alone, in_all, together, parts = found[0], found[1], found[2], found[3:6]
    assert in_all == pytest.approx(alone)
    assert sum(found[6 : 6 + len(causes)]) == pytest.approx(alone)
    assert sum(found[6 + len(causes) :]) == pytest.approx(alone)
    assert min(parts) < together < max(parts)


def test_the_table_of_counts_beside_the_model_is_of_the_shipped_model() -> None:
    """Rates of the central draw, worked out again: of each factor one group in a few."""
    records = read_records()
    counts = compared_counts()
    assert len(records) == len(counts)
    some = range(0, len(counts), 9)
    again = rates([counts[i] for i in some], central_draws(england().structure()))
    assert len({counts[i].factor for i in some}) > 8
    assert [records[i].central for i in some] == pytest.approx([1000 * float(r[0]) for r in again], abs=1e-4)


def test_what_is_called_fitted_is_what_the_model_is_solved_to_return() -> None:
    model = england()
    assert is_fitted(model, invented(factor="imd_decile", levels=("1",)))
    assert is_fitted(model, invented(factor="gestation", levels=("24_27",), cause="sudden"))
    assert is_fitted(model, invented(factor="cause", cause="sudden"))
    assert is_fitted(model, invented(factor="cause", cause="sudden", within=("gestation", ("24_27",))))
    # neither deciles by cause, nor years before, nor a group of mothers
    assert not is_fitted(model, invented(factor="imd_decile", levels=("1",), cause="sudden"))
    assert not is_fitted(model, invented(factor="all", period="2012"))
    assert not is_fitted(model, invented(sources=("ons_cim2020",)))
    # a ratio on the factor that was read from the very source
    assert is_fitted(model, invented(sources=("chen2008",)))


def test_a_z_score_has_the_spread_of_counts() -> None:
    """Poisson counts about the expected 36, one in five not linked: the spread of z is 1 to within 5%."""
    rng = np.random.default_rng(3)
    z = [invented(count=int(n), deaths=1.25 * n).z(45 / 10_000, 0.0) for n in rng.poisson(36, 4000) if n]
    assert np.mean(z) == pytest.approx(0, abs=0.06)
    assert np.std(z) == pytest.approx(1, rel=0.05)


def test_births_of_a_sample_widen_the_error_by_what_sampling_does() -> None:
    """Births ten times those of a sample of 9,000: 1% of 900 expected deaths is 9, beside 30 by counting."""
    counted, sampled = (
        invented(count=990, deaths=990.0, births=90_000.0, births_error=e) for e in (0.0, 0.01)
    )
    ratio = sampled.z(0.01, 0.0) / counted.z(0.01, 0.0)
    assert ratio == pytest.approx((1 + 81 / 891) ** -0.5)


# ---- misfits


def far_off() -> list[tuple[dict[str, str], float]]:
    return [(vars(r), r.z) for r in read_records() if not r.fitted and abs(r.z) > FAR]


def test_every_figure_that_is_far_off_is_discussed() -> None:
    assert list(undiscussed(far_off(), read_remarks())) == []


def test_a_figure_that_is_far_off_and_not_discussed_would_be_named() -> None:
    assert len(list(undiscussed(far_off(), []))) == len(far_off()) > 0
    assert next(undiscussed(far_off(), [])).endswith("misfits.csv says nothing about it")


def test_every_remark_is_about_a_figure_that_is_off() -> None:
    """None is left over from an earlier edition, and none speaks of a whole factor but where that is meant."""
    records: list[Record] = [r for r in read_records() if not r.fitted and abs(r.z) > 1.5]
    for remark in read_remarks():
        assert any(speaks_of(remark, vars(r)) for r in records), remark
        assert remark["level"] or remark["within"] or remark["factor"] in ("all", "mother_age", "nssec"), (
            remark
        )
