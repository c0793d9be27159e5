"""What the headline becomes when an assumption is replaced: computed on copies, and shipped as computed."""

from __future__ import annotations

import csv
import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from simcore.arms import Arm
from simcore.cli.sensitivity import FILE, _Asked
from simcore.cli.sensitivity_table import write_rows
from simcore.documents import read_yaml
from simcore.load import load_model
from simcore.sensitivity import cases_of, evaluate, figures_of, read_alternatives
from simcore.sensitivity.copies import changed_model
from simcore.sensitivity.file import Alternatives, Change, Headline, TableChange, Tilt
from simcore.sensitivity.places import NoPlace, put
from simcore.sensitivity.rows import changed
from simcore.solve import solve_central
from tests.conftest import Call
from tests.models import FOLDER, invented, prevalence, scenario_text
from tests.test_cli import refused

YEARS = (2010, 2011)
HEADLINE = Headline(scenarios=("one",), baseline="none", years=YEARS)


def natural(program: object, draws: object) -> list[Arm]:
    return [Arm("natural")]


def shipped() -> list[dict[str, str]]:
    with open(load_model("england").folder / FILE, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def england() -> _Asked:
    model = load_model("england")
    return _Asked(model, read_alternatives(model.folder))


def digests(folder: Path) -> dict[str, str]:
    return {
        str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()
    }


# ---- changes


def shares(**by_level: float) -> list[dict[str, str]]:
    return [{"area": a, "level": x, "share": repr(s)} for a in ("hill", "town") for x, s in by_level.items()]


def test_levels_that_change_leave_the_rest_to_the_others_in_proportion() -> None:
    change = TableChange(table="t.csv", where={"level": ("c",)}, times=2.0)
    after = changed(shares(a=0.6, b=0.2, c=0.2), change, ["area"], {})
    assert [float(row["share"]) for row in after] == pytest.approx([0.45, 0.15, 0.4] * 2)


def test_levels_that_were_none_come_to_what_they_are_set_to() -> None:
    change = TableChange(table="t.csv", where={"area": ("hill",), "level": ("c",)}, value=0.2)
    after = changed(shares(a=0.6, b=0.4, c=0.0), change, ["area"], {})
    assert [float(row["share"]) for row in after] == pytest.approx([0.48, 0.32, 0.2, 0.6, 0.4, 0.0])


def test_odds_of_levels_together_are_multiplied() -> None:
    change = TableChange(table="t.csv", where={"level": ("b", "c")}, odds=3.0)
    after = changed(shares(a=0.6, b=0.3, c=0.1), change, ["area"], {})
    share = [float(row["share"]) for row in after[:3]]
    assert (1 - share[0]) / share[0] == pytest.approx(3.0 * 0.4 / 0.6)
    assert share[1] / share[2] == pytest.approx(3.0) and sum(share) == pytest.approx(1.0)


def test_a_tilt_multiplies_the_odds_ratio_of_the_ends_and_keeps_the_mean_over_births() -> None:
    rows = [
        {"area": a, "level": "yes", "share": str(s)}
        for a, s in (("hill", 0.3), ("dale", 0.25), ("town", 0.1))
    ]
    births = {"hill": 10.0, "dale": 20.0, "town": 5.0}
    change = TableChange(table="t.csv", where={"level": ("yes",)}, tilt=Tilt(over="area", odds_ratio=1.5))
    new = np.array([float(row["share"]) for row in changed(rows, change, ["area"], births)])
    weights = np.array(list(births.values()))
    assert weights @ new == pytest.approx(weights @ [0.3, 0.25, 0.1], rel=1e-9)
    odds = new / (1 - new)
    assert odds[0] / odds[2] == pytest.approx(1.5 * (0.3 / 0.7) / (0.1 / 0.9), rel=1e-9)


def test_raking_keeps_the_margins_and_takes_out_what_they_do_not_hold() -> None:
    cells = {("x", "1"): 8.0, ("x", "2"): 2.0, ("y", "1"): 1.0, ("y", "2"): 9.0}
    rows = [{"cause": c, "band": b, "deaths": str(n)} for (c, b), n in cells.items()]
    change = TableChange(table="t.csv", columns=("deaths",), rake=(("cause",), ("band",)))
    after = [float(row["deaths"]) for row in changed(rows, change, ["cause", "band"], {})]
    assert after == pytest.approx([10 * 9 / 20, 10 * 11 / 20, 10 * 9 / 20, 10 * 11 / 20])


def test_a_yearly_factor_builds_up() -> None:
    rows = [{"year": str(y), "births": "100"} for y in (2020, 2021, 2022)]
    change = TableChange(table="t.csv", columns=("births",), since=2021, yearly=0.9)
    assert [float(row["births"]) for row in changed(rows, change, ["year"], {})] == pytest.approx(
        [100, 90, 81]
    )


@pytest.mark.parametrize(
    "place", ["arrows[parent=bmi].ratios.yes", "arrow[0]", "arrows[7]", "arrows[0].ratios.yes.more"]
)
def test_a_place_that_is_not_there_is_refused(place: str) -> None:
    with pytest.raises(NoPlace, match="no arrow"):
        put({"arrows": [{"parent": "smoking", "ratios": {"yes": 2.0}}]}, place, 1.0)


def test_an_item_of_a_list_is_found_by_all_that_is_asked_of_it() -> None:
    arrows: list[dict[str, object]] = [
        {"parent": "bmi", "causes": ["sudden", "other"], "yes": 1},
        {"parent": "bmi", "causes": ["cold"], "more": {"how": "so"}, "yes": 2},
    ]
    put({"arrows": arrows}, "arrows[parent=bmi,causes=other].yes", 5)
    put({"arrows": arrows}, "arrows[causes=cold,more.how=so].yes", 7)
    assert [arrow["yes"] for arrow in arrows] == [5, 7]
    with pytest.raises(NoPlace, match="2 items are"):
        put({"arrows": arrows}, "arrows[parent=bmi].yes", 5)


# ---- cases on an invented model


def test_a_case_is_the_model_written_by_hand_and_the_model_stays_as_it_is(tmp_path: Path) -> None:
    model = invented("orchard")
    before = digests(model.folder)
    change = Change(
        parameters={"or_smoking_early": 1.0},
        tables=(TableChange(table="poverty.csv", where={"level": ("yes",)}, times=0.5),),
    )
    folder = tmp_path / "orchard"
    shutil.copytree(FOLDER / "orchard", folder)
    text = (folder / "model.yaml").read_text()
    (folder / "model.yaml").write_text(
        text.replace("{distribution: lognormal, median: 1.4, ci95: [1.2, 1.6]}", "1.0")
    )
    halved = [line.rpartition(",") for line in (folder / "poverty.csv").read_text().splitlines()]
    lines = [f"{a},{s if i == 0 else float(s) / 2}" for i, (a, _, s) in enumerate(halved)]
    (folder / "poverty.csv").write_text("\n".join(lines) + "\n")
    by_hand = load_model(folder)
    case = changed_model(model, change)
    assert case.hash == by_hand.hash
    ours, theirs = (figures_of(m, m.structure(), natural, YEARS) for m in (case, by_hand))
    assert ours == theirs
    # in the reference years deaths are solved to be those observed, whatever is assumed
    assert ours.deaths == pytest.approx(figures_of(model, model.structure(), natural, YEARS).deaths, rel=1e-4)
    assert digests(model.folder) == before


def test_a_case_solved_from_the_model_as_it_is_has_the_figures_of_one_solved_from_the_beginning() -> None:
    """To what a solution is solved to, 1e-5; where the unknowns are others, the start is left alone."""
    model = invented("orchard")
    near, data = solve_central(model, model.structure()), read_yaml(model.folder / "model.yaml").data
    effects = {case.id: case.change for case in cases_of(model, data, Alternatives(headline=HEADLINE))}
    poorer = TableChange(table="poverty.csv", where={"level": ("yes",)}, times=0.5)
    for change in (
        Change(parameters={"or_smoking_early": 1.2}),
        Change(tables=(poorer,)),
        effects["total_smoking"],
        effects["poverty=zero"],
    ):
        copy = changed_model(model, change)
        structure = copy.structure(change.variants)
        far, close = (figures_of(copy, structure, natural, (2012,), start) for start in (None, near))
        assert close.deaths == pytest.approx(far.deaths, rel=3e-5)
        # power: the start itself is not the answer
        assert far.deaths != pytest.approx(
            figures_of(model, model.structure(), natural, (2012,), near).deaths, rel=1e-4
        )


def test_every_effect_is_turned_to_neutral_once_and_all_of_a_variable_together(tmp_path: Path) -> None:
    model = invented("orchard")
    data = read_yaml(model.folder / "model.yaml").data
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "alternatives.yaml").write_text(
        "headline: {scenarios: [one], baseline: none, years: [2010, 2011]}\n"
    )
    cases = {
        case.id: case for case in cases_of(model, data, read_alternatives(tmp_path)) if case.kind == "effect"
    }
    assert set(cases) == {
        "total_smoking", "total_poverty", "or_poverty_smoking", "or_smoking_early", "all effects of smoking",
    }  # fmt: skip
    for case in cases.values():
        assert not isinstance(evaluate(case, model, natural, YEARS), str)
    neutral = changed_model(model, cases["all effects of smoking"].change)
    assert {neutral.spec.parameters[name].value.central for name in ("hr_smoking", "or_smoking_early")} == {
        1.0
    }
    assert neutral.structure().contrasts.keys() == {"poverty"}


def test_a_case_that_cannot_be_says_why(tmp_path: Path) -> None:
    model = invented("orchard")
    data = read_yaml(model.folder / "model.yaml").data
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "alternatives.yaml").write_text(
        "headline: {scenarios: [one], baseline: none, years: [2010, 2011]}\nalternatives:\n"
        "  - {id: a, assumption: A1, meaning: m, parameters: {or_bmi: 1.0}}\n"
        "  - {id: b, assumption: A1, meaning: m, tables: [{table: poverty.csv, where: {level: [rich]}, times: 5.0}]}\n"
        "  - {id: c, assumption: A1, meaning: m, parameters: {total_poverty: 900000.0}}\n"
        "  - {id: d, assumption: A1, meaning: m, set: {'deaths.hazard_ratios[0].ratios.yes': -2.0}}\n"
    )
    cases = [c for c in cases_of(model, data, read_alternatives(tmp_path)) if c.kind == "assumption"]
    said = [str(evaluate(case, model, natural, YEARS)) for case in cases]
    assert said[0] == "not in this edition: no parameter or_bmi"
    assert said[1] == "not in this edition: poverty.csv has no such rows"
    assert said[2].startswith("no solution: ")
    assert said[3].startswith("not a sound model: deaths.hazard_ratios.0.ratios.yes: ")


# ---- what is shipped


def test_shipped_sensitivities_are_of_this_model_and_of_every_case() -> None:
    """After a change of the model: run `make sensitivity`."""
    asked = england()
    data = read_yaml(asked.model.folder / "model.yaml").data
    wanted = {case.id: asked.inputs(case) for case in cases_of(asked.model, data, asked.alternatives)}
    rows = shipped()
    assert {row["id"]: row["inputs"] for row in rows if row["inputs"]} == wanted
    assert {row["id"] for row in rows if not row["inputs"]} == set(asked.alternatives.not_computed)


def test_shipped_sensitivities_come_out_again() -> None:
    asked = england()
    data = read_yaml(asked.model.folder / "model.yaml").data
    cases = {case.id: case for case in cases_of(asked.model, data, asked.alternatives)}
    rows = {row["id"]: row for row in shipped()}
    for name in ("as_shipped", "A35 independent", "all effects of smoking"):
        again = asked.row(cases[name], asked.inputs(cases[name]))
        for column in ("deaths", "averted_child_poverty_35", "averted_smoking_halved"):
            assert float(again[column]) == pytest.approx(float(rows[name][column]), rel=1e-4, abs=0.02)


def test_each_case_was_computed_or_says_why_not() -> None:
    for row in shipped():
        assert bool(row["not_computed"]) != bool(row["deaths"]), row["id"]


def test_without_its_effects_a_policy_averts_nothing() -> None:
    rows = {row["id"]: row for row in shipped()}
    assert float(rows["all effects of child_poverty"]["averted_child_poverty_35"]) == 0.0
    assert float(rows["all effects of smoking"]["averted_smoking_halved"]) == 0.0
    assert float(rows["as_shipped"]["averted_smoking_halved"]) > 100


# ---- the command


def test_some_cases_are_printed_and_nothing_is_written(simcore: Call) -> None:
    folder = load_model("england").folder
    before = (folder / FILE).read_bytes()
    done = simcore("sensitivity", "--only", "A43")
    assert done.status == 0
    assert "As shipped:" in done.stdout and "A43 no arrow" in done.stdout and "A35" not in done.stdout
    assert (folder / FILE).read_bytes() == before


def test_a_model_without_alternatives_is_refused(simcore: Call) -> None:
    refused(simcore("sensitivity", FOLDER / "orchard"), "ledger/alternatives.yaml: no such file")


def test_finished_cases_are_kept_and_others_computed(simcore: Call, tmp_path: Path) -> None:
    """As after an interruption: a row with the inputs of now is taken as it stands, another is not."""
    folder = tmp_path / "orchard"
    shutil.copytree(FOLDER / "orchard", folder)
    for name, change in (("none", ()), ("less_smoke", (prevalence("smoking", 0.5),))):
        (tmp_path / f"{name}.yaml").write_text(scenario_text(name, *change, model="orchard"))
    (folder / "ledger").mkdir()
    (folder / "ledger" / "alternatives.yaml").write_text(
        f"headline: {{scenarios: [{tmp_path}/less_smoke.yaml], baseline: {tmp_path}/none.yaml, years: [2012, 2012]}}\n"
        "alternatives:\n  - {id: a, assumption: A1, meaning: m, parameters: {or_smoking_early: 1.2}}\n"
        "not_computed: {A2: nobody knows}\n"
    )
    before = digests(folder)
    assert simcore("sensitivity", folder).status == 0
    path = folder / FILE
    first = list(csv.DictReader(path.read_text().splitlines()))
    assert {str(folder / FILE)} == digests(folder).keys() - before.keys()
    assert [row["not_computed"] for row in first if row["assumption"]] == ["", "nobody knows"]
    marked = [dict(row) for row in first]
    marked[3]["deaths"], marked[4]["deaths"], marked[4]["inputs"] = "1234.5", "4321.5", "0" * 16
    write_rows(path, marked)
    assert simcore("sensitivity", folder).status == 0
    again = {row["id"]: row for row in csv.DictReader(path.read_text().splitlines())}
    assert again[first[3]["id"]]["deaths"] == "1234.5"
    assert again[first[4]["id"]]["deaths"] == first[4]["deaths"]
    assert len(again) == len(first)
