"""A comparison's answer: what the JSON, the files and the Dataset hold, and that they hold the same."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import simcore
from scenarios.compare import answer, record_of
from scenarios.footnotes import footnotes
from scenarios.question import ask
from simcore.problems import DocumentError
from simcore.run import Settings
from simcore.solved import read_draws
from simcore.store import open_results
from tests.conftest import ARMS, BIRTHS, DRAWS, LIBRARY, NUMBERS, ROOT, YEARS, Call, Ran, environment
from tests.models import FOLDER, prevalence, scenario_text
from tests.models import answer as answer_of

CAUSES = (
    "immaturity", "congenital", "sudden", "infection", "other",
    "antepartum_infection", "asphyxia", "external", "other_specific",
)  # fmt: skip
AGES = ("day_0", "days_1_6", "days_7_27", "days_28_90", "days_91_182", "days_183_364")
VARIANTS = (
    "child_poverty=as-published",
    "child_poverty=half",
    "child_poverty=zero",
    "poverty_to_smoking=off",
    "poverty_to_smoking=on",
    "smoking_contrast=at-booking",
    "smoking_contrast=at-delivery",
    "unproven_effects=neutral",
    "unproven_effects=wide",
    "trend=hold",
    "trend=trend",
)


def asked(call: Call, *scenarios: object) -> dict[str, object]:
    done = call("compare", *scenarios, *NUMBERS, "--json")
    assert done.status == 0, done.stderr
    summary: dict[str, object] = json.loads(done.stdout)
    return summary


# ---- what the JSON holds


def test_the_answer_names_what_was_asked(compared: Ran) -> None:
    answer = compared.summary
    assert answer["model"] == "england"
    assert answer["years"] == list(YEARS)
    assert (answer["draws"], answer["seed"]) == (DRAWS, 1)
    assert answer["structure"] == {
        "child_poverty": "as-published",
        "poverty_to_smoking": "off",
        "smoking_contrast": "at-booking",
        "unproven_effects": "neutral",
        "trend": "hold",
    }
    assert compared.stderr == ""


def test_the_baseline_has_births_deaths_and_ten_rates(compared: Ran) -> None:
    baseline = compared.summary["baseline"]
    assert baseline["name"] == "current_policy"
    births = np.array(baseline["births_by_decile"])
    assert baseline["births"] == births.sum() == 2 * 563_561
    low, high = baseline["deaths"]["interval95"]
    assert low < baseline["deaths"]["mean"] < high
    assert len(baseline["imr_by_decile"]) == 10
    assert births @ baseline["imr_by_decile"] / 1000 == pytest.approx(baseline["deaths"]["mean"], rel=1e-9)
    assert births.reshape(5, 2).sum(axis=1) @ baseline["imr_by_fifth"] / 1000 == pytest.approx(
        baseline["deaths"]["mean"], rel=1e-9
    )
    # decile 1 is the most deprived
    assert baseline["imr_by_decile"][0] > 1.5 * baseline["imr_by_decile"][9]


def test_every_arm_holds_what_the_contract_lists(compared: Ran) -> None:
    arms = compared.summary["arms"]
    assert [arm["name"] for arm in arms] == list(ARMS)
    for arm in arms:
        averted = arm["deaths_averted"]
        assert {"mean", "interval95", "mc_error", "draw_error"} <= set(averted)
        assert averted["interval95"][0] < averted["mean"] < averted["interval95"][1]
        assert 0 < averted["mc_error"] < averted["mean"]
        assert len(arm["by_decile"]) == 10
        assert tuple(arm["by_cause"]) == CAUSES
        assert tuple(arm["by_age"]) == AGES
        assert tuple(arm["by_year"]) == ("2029", "2030")
        assert 0 <= arm["p_positive"] <= 1
        assert tuple(arm["variants"]) == VARIANTS


@pytest.mark.parametrize("part", ["by_decile", "by_cause", "by_age", "by_year"])
def test_parts_sum_to_the_mean(compared: Ran, part: str) -> None:
    for arm in compared.summary["arms"]:
        values = arm[part] if part == "by_decile" else arm[part].values()
        assert math.fsum(values) == pytest.approx(arm["deaths_averted"]["mean"], rel=1e-9)


def test_fifths_percent_and_rate_are_the_same_deaths_in_other_words(compared: Ran) -> None:
    baseline = compared.summary["baseline"]
    for arm in compared.summary["arms"]:
        mean, by_decile = arm["deaths_averted"]["mean"], arm["by_decile"]
        assert arm["most_deprived_fifth"]["mean"] == pytest.approx(sum(by_decile[:2]), rel=1e-12)
        assert arm["least_deprived_fifth"]["mean"] == pytest.approx(sum(by_decile[8:]), rel=1e-12)
        assert arm["percent"] == pytest.approx(100 * mean / baseline["deaths"]["mean"], rel=1e-12)
        assert arm["per_1000_births"] == pytest.approx(1000 * mean / baseline["births"], rel=1e-12)


def test_numbers_are_not_rounded(compared: Ran) -> None:
    for arm in compared.summary["arms"]:
        numbers = [arm["deaths_averted"]["mean"], *arm["deaths_averted"]["interval95"], arm["percent"]]
        assert all(number != round(number, 9) for number in [*numbers, *arm["by_decile"]])


def test_poverty_averts_exactly_nothing_where_its_arrows_are_off(compared: Ran) -> None:
    variants = {arm["name"]: arm["variants"] for arm in compared.summary["arms"]}
    zero = variants["child_poverty_35"]["child_poverty=zero"]
    assert (zero["mean"], zero["interval95"], zero["mc_error"]) == (0.0, [0.0, 0.0], 0.0)
    assert variants["smoking_halved"]["child_poverty=zero"]["mean"] > 0
    published, half = (variants["child_poverty_35"][f"child_poverty={v}"] for v in ("as-published", "half"))
    assert 0 < half["mean"] < published["mean"]


def test_the_variant_chosen_is_the_headline(compared: Ran, simcore: Call) -> None:
    for arm in compared.summary["arms"]:
        for name in ("child_poverty=as-published", "poverty_to_smoking=off"):
            chosen = dict(arm["variants"][name])
            assert chosen.pop("draws") == DRAWS
            assert chosen.pop("chosen_on_same_draws") == pytest.approx(chosen["mean"], rel=1e-12)
            assert chosen == arm["deaths_averted"]
    half = simcore(
        "compare",
        "child_poverty_35",
        *NUMBERS,
        "--json",
        "--variant",
        "child_poverty=half",
        "--variant-draws",
        2,
    )
    arm = json.loads(half.stdout)["arms"][0]
    beside = compared.summary["arms"][1]["variants"]["child_poverty=half"]
    assert arm["deaths_averted"] == {
        key: value for key, value in beside.items() if key not in {"draws", "chosen_on_same_draws"}
    }
    assert arm["variants"]["child_poverty=as-published"]["draws"] == 2


def test_the_comparator_is_no_arm_even_where_a_folder_holds_it(simcore: Call, tmp_path: Path) -> None:
    names = ["current_policy", "current_policy_rising", "smoking_halved"]
    for name in names:
        (tmp_path / f"{name}.yaml").write_bytes((LIBRARY / f"{name}.yaml").read_bytes())
    every = asked(simcore, tmp_path)
    assert [arm["name"] for arm in every["arms"]] == [name for name in names if name != "current_policy"]
    assert every["baseline"]["name"] == "current_policy"


@pytest.mark.parametrize("order", [ARMS[::-1], ARMS[1:], ARMS[:1]])
def test_order_and_subset_move_no_number(compared: Ran, simcore: Call, order: tuple[str, ...]) -> None:
    few = asked(simcore, *order)
    assert [arm["name"] for arm in few["arms"]] == list(order)
    every = {arm["name"]: arm for arm in compared.summary["arms"]}
    assert few["arms"] == [every[name] for name in order]
    assert few["baseline"] == compared.summary["baseline"]


def test_a_name_is_that_in_the_file_wherever_the_file_lies(
    compared: Ran, simcore: Call, tmp_path: Path
) -> None:
    copy = tmp_path / "other_words.yaml"
    copy.write_bytes((LIBRARY / "smoking_halved.yaml").read_bytes())
    assert asked(simcore, copy)["arms"] == [
        arm for arm in compared.summary["arms"] if arm["name"] == "smoking_halved"
    ]


def test_another_seed_moves_the_luck_and_not_the_draws(compared: Ran, simcore: Call) -> None:
    done = simcore("compare", "child_poverty_35", *NUMBERS, "--json", "--seed", 2)
    other, first = json.loads(done.stdout)["arms"][0]["deaths_averted"], compared.summary["arms"][1]
    assert other["mean"] != first["deaths_averted"]["mean"]
    apart = abs(other["mean"] - first["deaths_averted"]["mean"])
    assert apart < 5 * math.hypot(other["mc_error"], first["deaths_averted"]["mc_error"])


def test_exact_answers_lie_within_the_monte_carlo_error(compared: Ran) -> None:
    """Of the first few draws, whose births stray the more from what they stand for."""
    asked, few = ask(ARMS, years=YEARS), 4
    draws = read_draws(asked.model, asked.structure, few)
    run = answer_of(asked.model, asked.structure, draws, asked.scenarios, YEARS, estimator="exact")
    exact = run.deaths.sum(axis=(2, 3, 4, 5)).mean(axis=1)
    with open_results(compared.out) as dataset:
        averted = dataset["deaths_averted"].sum(["year", "imd_decile", "cause", "age_band"])
        for number, arm in enumerate(compared.summary["arms"], start=1):
            drawn = float(averted.sel(arm=arm["name"]).isel(draw=slice(few)).mean("draw"))
            error = arm["deaths_averted"]["mc_error"] * math.sqrt(DRAWS / few)
            assert abs(drawn - (exact[0] - exact[number])) < 4.5 * error
            assert error < 0.2 * drawn


# ---- what is written


def test_the_period_is_the_sum_of_its_years_and_the_final_year_is_the_last_of_them(compared: Ran) -> None:
    for arm in compared.summary["arms"]:
        by_year, final = arm["by_year"], arm["final_year"]
        assert sum(by_year.values()) == pytest.approx(arm["deaths_averted"]["mean"], rel=1e-9)
        assert final["deaths_averted"]["mean"] == pytest.approx(by_year[str(YEARS[1])], rel=1e-9)
        assert sum(final["by_decile"]) == pytest.approx(final["deaths_averted"]["mean"], rel=1e-9)
        # half of the births are of that year, so its Monte Carlo error is less than that of both
        assert 0 < final["deaths_averted"]["mc_error"] < arm["deaths_averted"]["mc_error"]


def test_the_headline_is_of_the_final_year_where_that_is_asked_for(simcore: Call) -> None:
    asked = ("compare", "child_poverty_35", *NUMBERS, "--draws", 4, "--variant-draws", 2)
    for definition, title in (("period", "2029-2030, sum of the period"), ("final_year", "final year, 2030")):
        text = simcore(*asked, "--definition", definition)
        summary = json.loads(simcore(*asked, "--definition", definition, "--json").stdout)
        arm = summary["arms"][0]
        shown = arm if definition == "period" else arm["final_year"]
        assert title in text.stdout
        line = next(line for line in text.stdout.splitlines() if line.strip().startswith("child_poverty_35"))
        assert line.split()[1] == f"{shown['deaths_averted']['mean']:.0f}"


def test_the_csv_holds_every_figure_of_the_answer(compared: Ran) -> None:
    with (compared.out / "summary.csv").open() as file:
        rows = list(csv.DictReader(file))
    values = {(r["scenario"], r["measure"], r["level"]): r["value"] for r in rows}
    assert len(values) == len(rows)
    figures = {
        (at["scenario"], at["measure"], at["level"]): at["value"]
        for section in compared.summary["sections"].values()
        for at in section
    }
    assert all(values[at] == ("" if value is None else repr(value)) for at, value in figures.items())
    beside = {(r["scenario"], r["measure"], r["level"]): r for r in rows}
    baseline = compared.summary["baseline"]
    name = baseline["name"]
    expected = {
        (name, "births", "all"): baseline["births"],
        (name, "deaths", "all"): baseline["deaths"]["mean"],
    }
    expected[name, "imr", "all"] = baseline["imr"]
    for what, levels in (("decile", baseline["imr_by_decile"]), ("fifth", baseline["imr_by_fifth"])):
        expected |= {(name, "imr", f"imd_{what} {i}"): v for i, v in enumerate(levels, start=1)}
    for arm in compared.summary["arms"]:
        name = arm["name"]
        expected[name, "deaths_averted", "all"] = arm["deaths_averted"]["mean"]
        expected[name, "percent_averted", "all"] = arm["percent"]
        expected[name, "deaths_averted_per_1000", "all"] = arm["per_1000_births"]
        expected[name, "p_positive", "all"] = arm["p_positive"]
        parts = {f"imd_decile {i}": v for i, v in enumerate(arm["by_decile"], start=1)}
        parts |= {fifth: arm[fifth]["mean"] for fifth in ("most_deprived_fifth", "least_deprived_fifth")}
        for dim, of in (("cause", "by_cause"), ("age_band", "by_age"), ("year", "by_year")):
            parts |= {f"{dim} {level}": v for level, v in arm[of].items()}
        parts |= {f"variant {variant}": at["mean"] for variant, at in arm["variants"].items()}
        expected |= {(name, "deaths_averted", level): v for level, v in parts.items()}
        final = arm["final_year"]
        expected[name, "deaths_averted_in_final_year", "all"] = final["deaths_averted"]["mean"]
        expected[name, "p_positive_in_final_year", "all"] = final["p_positive"]
        expected |= {
            (name, "deaths_averted_in_final_year", f"variant {variant}"): at["mean"]
            for variant, at in final["variants"].items()
        }
        expected |= {(name, "births_at_step", s): at["mean"] for s, at in arm.get("people", {}).items()}
        headline = beside[name, "deaths_averted", "all"]
        for key in ("mc_error", "draw_error", "mc_variance_share"):
            assert float(headline[key]) == arm["deaths_averted"][key]
        assert [float(headline["low95"]), float(headline["high95"])] == arm["deaths_averted"]["interval95"]
        for variant, at in arm["variants"].items():
            row = beside[name, "deaths_averted", f"variant {variant}"]
            assert [float(row["low95"]), float(row["high95"])] == at["interval95"]
            assert int(row["draws"]) == at["draws"]
    assert set(expected) | set(figures) == set(values)
    for at, value in expected.items():
        assert float(values[at]) == pytest.approx(value, rel=1e-9, abs=1e-9), at


def test_the_files_beside_it_are_the_same_answer(compared: Ran) -> None:
    assert json.loads((compared.out / "summary.json").read_text()) == compared.summary
    assert json.loads((compared.out / "run.json").read_text()) == compared.summary["run"]
    # where pyarrow is installed, one more
    assert {path.name for path in compared.out.iterdir()} - {"summary.parquet"} == {
        "results.nc", "run.json", "summary.csv", "summary.json"
    }  # fmt: skip


def test_the_file_is_the_dataset_in_memory_bit_for_bit(compared: Ran) -> None:
    held = simcore.compare(
        list(ARMS), years=YEARS, draws=DRAWS, settings=Settings(births=BIRTHS, threads=1, block=8)
    )
    with open_results(compared.out) as file:
        read = file.load()
    assert set(read.data_vars) == {"deaths", "deaths_averted", "births", "people", "parameters"}
    for name, variable in held.variables.items():
        assert read[name].dims == variable.dims, name
        assert read[name].attrs == variable.attrs, name
        assert read[name].dtype.kind == variable.dtype.kind, name
        if variable.dtype.kind == "f":
            assert np.array_equal(read[name].values.view(np.int64), variable.values.view(np.int64)), name
        else:
            assert read[name].values.tolist() == variable.values.tolist(), name
    differ = {"made", "threads", "asked"}
    first, second = (json.loads(d.attrs["run"]) for d in (held, read))
    assert {k: v for k, v in first.items() if k not in differ} == {
        k: v for k, v in second.items() if k not in differ
    }


def test_every_uncertain_number_stands_beside_the_deaths_of_its_draw(compared: Ran) -> None:
    with open_results(compared.out) as dataset:
        numbers = dataset["parameters"]
        assert numbers.sizes["draw"] == DRAWS
        names = set(numbers["parameter"].values.tolist())
        assert {"hr_poverty", "cessation_offer/uptake", "year_effects/neonatal"} <= names
        uptake = numbers.sel(parameter="cessation_offer/uptake").values
        accepts, reached = (
            dataset["people"].sel(step=f"smoking_cessation/cessation_offer:{at}").sum(["year", "imd_decile"])
            for at in ("accepts", "reached")
        )
    assert uptake == pytest.approx((accepts / reached).values, rel=1e-12)


def test_the_dataset_sums_to_the_summary(compared: Ran) -> None:
    with open_results(compared.out) as dataset:
        totals = dataset["deaths_averted"].sum(["year", "imd_decile", "cause", "age_band"]).mean("draw")
        assert totals.sel(arm="current_policy") == 0
        for arm in compared.summary["arms"]:
            assert float(totals.sel(arm=arm["name"])) == pytest.approx(
                arm["deaths_averted"]["mean"], rel=1e-12
            )
        assert dataset["births"].sum() == compared.summary["baseline"]["births"]


def test_the_file_says_what_its_numbers_are(compared: Ran) -> None:
    with xr.open_dataset(compared.out / "results.nc", engine="h5netcdf") as dataset:
        assert dataset["deaths"].dims == ("arm", "draw", "year", "imd_decile", "cause", "age_band")
        assert dataset["births"].dims == ("year", "imd_decile")
        units = {name: dataset[name].attrs["units"] for name in ("deaths", "births", "people")}
        assert units == {"deaths": "deaths", "births": "live births", "people": "live births"}
        assert all(dataset[name].attrs["long_name"] for name in units)
        assert dataset["year"].values.tolist() == list(YEARS)
        assert dataset["imd_decile"].values.tolist() == list(range(1, 11))
        assert dataset["draw"].values.tolist() == list(range(DRAWS))
        assert tuple(dataset["cause"].values) == CAUSES
        assert tuple(dataset["age_band"].values) == AGES
        assert json.loads(dataset.attrs["run"]) == compared.summary["run"]
        assert dataset.attrs["model_hash"] == compared.summary["run"]["model"]["hash"]


# ---- the run record


def test_the_record_says_what_was_run(compared: Ran) -> None:
    run = compared.summary["run"]
    assert run["arms"] == ["current_policy", *ARMS]
    assert set(run["scenarios"]) == set(run["arms"])
    assert all(len(file["sha256"]) == 64 for file in run["scenarios"].values())
    assert (run["draws"], run["births_per_draw"], run["seed"]) == (DRAWS, BIRTHS, 1)
    assert run["births_simulated"] == BIRTHS
    assert len(run["model"]["hash"]) == 16
    assert run["solved_draws"] is None and len(run["posterior"]["sha256"]) == 64
    assert run["posterior"]["method"] == "nuts" and run["posterior"]["status"] == "passed"
    assert {"python", "numpy", "numba"} <= set(run["libraries"])
    assert "T" in run["made"]


def test_a_run_that_draws_deaths_says_how_many_births_its_screen_let_pass(
    simcore: Call, tmp_path: Path
) -> None:
    base, less = tmp_path / "base.yaml", tmp_path / "less.yaml"
    base.write_text(scenario_text("base"))
    less.write_text(scenario_text("less", prevalence("child_poverty", 0.5)))
    sizes = ("--years", "2003", "--draws", "4", "--births", "20000", "--estimator", "realised")
    asked = ("compare", less, "--model", FOLDER / "harbour", "--baseline", base)
    done = simcore(*asked, *sizes, "--out", tmp_path / "run")
    assert done.status == 0, done.stderr
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    with open_results(tmp_path / "run") as run:
        shares = run["pass_share"].values
        died = (run["deaths"].sum(["year", "area", "cause", "age_band"]) / run["births"].sum()).values
    # whoever dies in some arm has passed
    assert (died.max(axis=0) < shares).all() and (shares < 0.5).all()
    assert record["pass_share"] == shares.mean()
    said = " ".join(done.stdout.split())
    assert f"Only {100 * shares.mean():.3g}% of births could have died by a first bound" in said


def test_where_every_birth_could_have_died_nothing_is_said_of_a_screen(simcore: Call, tmp_path: Path) -> None:
    """Of England: nearly all who die of an anomaly have one, and the bound is that of those who have."""
    sizes = ("--years", "2030", "--draws", "4", "--births", "20000", "--variant-draws", "2")
    done = simcore("compare", "smoking_halved", *sizes, "--estimator", "realised", "--out", tmp_path / "run")
    assert json.loads((tmp_path / "run" / "run.json").read_text())["pass_share"] == 1.0
    said = " ".join(done.stdout.split())
    assert "first bound" not in said
    assert (
        "Other structures are expected deaths, so the column `as chosen` has luck that they have not." in said
    )


def test_births_are_told_as_they_were_simulated_where_strata_are_more_than_those_asked_for(
    tmp_path: Path,
) -> None:
    """Every year and decile has one birth at least, or it would be left out of the answer."""
    question = ask(["smoking_halved"], years=range(2025, 2035))
    summary = answer(question, 2, Settings(births=50), variant_draws=2)
    assert (summary["run"]["births_per_draw"], summary["run"]["births_simulated"]) == (50, 100)
    assert "2 draws of 100 births" in footnotes(summary)
    base, less = tmp_path / "base.yaml", tmp_path / "less.yaml"
    base.write_text(scenario_text("base"))
    less.write_text(scenario_text("less", prevalence("child_poverty", 0.5)))
    question = ask([less], model=FOLDER / "harbour", baseline=base)
    summary = answer(question, 2, Settings(births=50, estimator="exact"), variant_draws=2)
    assert summary["arms"][0]["deaths_averted"]["mc_error"] == 0
    assert (summary["run"]["births_per_draw"], summary["run"]["births_simulated"]) == (0, 0)


def test_a_run_that_draws_no_deaths_has_no_screen_to_speak_of(compared: Ran) -> None:
    assert "first bound" not in footnotes(compared.summary)
    assert "Other structures are expected" not in footnotes(compared.summary)
    assert "pass_share" not in compared.summary["run"]
    with open_results(compared.out) as run:
        assert "pass_share" not in run


def test_the_record_of_shipped_files_names_no_place_of_this_machine(compared: Ran) -> None:
    said = json.dumps(compared.summary["run"])
    for place in (str(ROOT), str(Path.home()), str(compared.out), sys.prefix):
        assert place not in said
    assert (
        compared.summary["run"]["scenarios"]["smoking_halved"]["file"]
        == "scenarios/library/smoking_halved.yaml"
    )
    everything = (compared.out / "results.nc").read_bytes()
    assert str(ROOT).encode() not in everything


def test_a_file_of_ones_own_is_recorded_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.yaml").write_bytes((LIBRARY / "smoking_halved.yaml").read_bytes())
    monkeypatch.chdir(tmp_path)
    question = ask(["./mine.yaml"], years=[2025])
    record = record_of(question, 2, Settings())
    assert record["scenarios"]["smoking_halved"]["file"] == "./mine.yaml"


# ---- from Python


def test_the_example_of_the_readme_works() -> None:
    lines = (
        "import simcore; from simcore.run import Settings; "
        "ds = simcore.compare(['scenarios/library/child_poverty_35.yaml'], draws=2, "
        "settings=Settings(births=1000)); print(ds)"
    )
    done = subprocess.run(
        [sys.executable, "-c", lines], cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
    )
    assert "deaths_averted" in done.stdout
    assert done.stderr == ""


def test_one_scenario_needs_no_list() -> None:
    one, listed = (ask(given, years=[2025]) for given in ("smoking_halved", ["smoking_halved"]))
    assert one.scenarios == listed.scenarios


def test_a_file_of_the_comparators_name_with_other_content_is_refused(tmp_path: Path) -> None:
    """Else a copy whose name was left as it was would vanish from the answer."""
    text = (
        (LIBRARY / "smoking_halved.yaml").read_text().replace("name: smoking_halved", "name: current_policy")
    )
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(
        DocumentError, match=r"mine.yaml:3:7: name: `current_policy` is the comparator's name"
    ):
        ask([tmp_path / "mine.yaml", "smoking_halved"], years=[2025])
