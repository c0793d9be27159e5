"""A table of births shows the babies that a run counts, and says how many births each stands for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from pandas.testing import assert_frame_equal

import simcore.births
from scenarios.interventions import arms_of
from scenarios.schema import Scenario
from simcore.births import OUTCOME, births_table, lay_sample, piece_of, pieces_of
from simcore.cli.births import command, write_table
from simcore.individuals import Individuals
from simcore.pack import apportion
from simcore.problems import DocumentError
from simcore.solved import read_central
from tests.models import answer, hazard, invented, prevalence, priors, scenario, support

YEARS = (2003, 2004)
HELD = scenario("held")
LESS_POVERTY = scenario("less_poverty", prevalence("child_poverty", 0.4, id="cash"))
FURTHER = scenario(
    "further",
    prevalence("child_poverty", 0.7, id="cash_again"),
    prevalence("smoking", 0.5, id="fewer_smokers"),
)
HELP = scenario("help", support("smoking: yes", ("pregnancy_smoking", "quit"), 0.9, 0.8, 2.5))
SAFER = scenario("safer", hazard(0.01, "heart, sudden, fever", "day_0, days_1_6, days_7_27, days_28_364"))
ALL = (HELD, LESS_POVERTY, FURTHER, HELP, SAFER)


def sample(*scenarios: Scenario, n: int = 4000, seed: int = 5) -> Individuals:
    """Births of the fourth draw of the harbour model."""
    model = invented("harbour")
    draw = priors("harbour", 4).rows(slice(3, 4))
    return lay_sample(model, model.structure(), draw, arms_of(scenarios), YEARS, n, seed)


def table(*scenarios: Scenario, n: int = 4000, seed: int = 5) -> pd.DataFrame:
    births = sample(*scenarios, n=n, seed=seed)
    return piece_of(births, 0, births.packed.n_births)


def in_arm(births: pd.DataFrame, arm: Scenario) -> pd.DataFrame:
    return births[births["arm"] == arm.name].set_index("birth")


# ---- the same babies as in a run


def test_deaths_in_the_table_are_those_that_a_realised_run_counts() -> None:
    model, n = invented("harbour"), 4000
    draw = priors("harbour", 4).rows(slice(3, 4))
    run = answer(
        model, model.structure(), draw, ALL, YEARS, estimator="realised", births=n, seed=5, threads=1
    )
    strata = {"year": tuple(map(str, YEARS)), "area": model.strata["area"]}
    births = model.births_in(strata)
    counted = run.deaths[:, 0] / (births / apportion(births, n))[..., None, None]
    found = np.zeros_like(counted)
    causes, bands = tuple(model.spec.deaths.causes), tuple(model.spec.deaths.age_bands)
    for row in table(*ALL)[lambda t: t["died"]].itertuples():
        place = run.arms.index(row.arm), YEARS.index(row.year), strata["area"].index(row.area)
        found[(*place, causes.index(row.cause), bands.index(row.age_band))] += 1
    assert found.sum() > 150
    assert np.array_equal(found, np.round(counted))
    assert np.allclose(counted, np.round(counted))


def real_births() -> np.ndarray:
    model = invented("harbour")
    return model.births_in({"year": ("2003", "2004"), "area": model.strata["area"]})


def test_births_are_spread_as_in_a_run_and_named_by_their_stratum_and_number_there() -> None:
    births = in_arm(table(*ALL), HELD)
    sizes = births.groupby(["year", "area"], observed=True).size()
    assert sizes.tolist() == apportion(real_births(), 4000).ravel().tolist()
    named = [f"{year}/{area}/{k}" for (year, area), n in sizes.items() for k in range(n)]
    assert births.index.tolist() == named


def test_weights_are_the_real_births_of_each_stratum_over_those_simulated() -> None:
    births = table(*ALL, n=333)
    assert births["sample_weight"].sum() == pytest.approx(len(ALL) * real_births().sum(), rel=1e-12)
    for arm in ALL:
        of_stratum = in_arm(births, arm).groupby(["year", "area"], observed=True)["sample_weight"]
        assert of_stratum.sum().to_numpy() == pytest.approx(real_births().ravel(), rel=1e-12)
        assert of_stratum.nunique().eq(1).all()


def test_weighted_deaths_of_the_table_are_those_that_a_realised_run_reports() -> None:
    model = invented("harbour")
    draw = priors("harbour", 4).rows(slice(3, 4))
    run = answer(
        model, model.structure(), draw, ALL, YEARS, estimator="realised", births=4000, seed=5, threads=1
    )
    births = table(*ALL)
    for arm in ALL:
        died = in_arm(births, arm).query("died")["sample_weight"].sum()
        assert died == pytest.approx(run.of(arm.name).sum(), rel=1e-12)


def test_more_births_leave_those_that_were_there_as_they_are() -> None:
    key = ["birth", "arm"]
    few, many = (table(*ALL, n=n).set_index(key).drop(columns="sample_weight") for n in (500, 4000))
    assert_frame_equal(few, many.loc[few.index])


def test_another_seed_or_draw_gives_other_babies() -> None:
    assert not table(*ALL)["mother_age"].equals(table(*ALL, seed=6)["mother_age"])
    model = invented("harbour")
    draw = priors("harbour", 4).rows(slice(2, 3))
    other = births_table(model, model.structure(), draw, arms_of(ALL), YEARS, 4000, 5)
    assert set(other["draw"]) == {2}
    assert not table(*ALL)["mother_age"].astype(str).equals(other["mother_age"].astype(str))


@pytest.mark.parametrize("kept", [(HELD,), (HELP, HELD), (SAFER, FURTHER, LESS_POVERTY), (LESS_POVERTY,)])
def test_the_other_arms_move_no_value(kept: tuple[Scenario, ...]) -> None:
    every, some = table(*ALL), table(*kept)
    for arm in kept:
        shown = in_arm(some, arm).drop(columns="arm")
        assert_frame_equal(shown, in_arm(every, arm)[list(shown.columns)], check_categorical=False)


# ---- what stands in the columns


def test_levels_are_labels_and_years_are_numbers() -> None:
    births, model = table(*ALL), invented("harbour")
    for name, variable in model.spec.variables.items():
        assert list(births[name].cat.categories) == list(variable.levels)
        assert births[name].notna().all()
    assert set(births["year"]) == set(YEARS)
    assert set(births["area"]) == {"north", "south"}
    assert set(births["arm"]) == {arm.name for arm in ALL}


def test_those_who_live_have_no_cause_band_or_day_and_days_lie_in_their_band() -> None:
    births = table(*ALL)
    alive = births[~births["died"]]
    assert alive[["cause", "age_band", "day_of_death"]].isna().all(axis=None)
    died = births[births["died"]]
    edges = invented("harbour").spec.deaths.age_bands
    assert all(
        edges[row.age_band][0] <= row.day_of_death < edges[row.age_band][1] for row in died.itertuples()
    )


def test_natural_values_stand_beside_what_an_arm_can_change_and_are_the_same_in_every_arm() -> None:
    births = table(*ALL)
    natural = [name.removesuffix("_natural") for name in births if name.endswith("_natural")]
    assert natural == ["child_poverty", "smoking", "pregnancy_smoking", "gestation"]
    for name in natural:
        assert births.groupby("birth")[f"{name}_natural"].nunique().eq(1).all()
        held = in_arm(births, HELD)
        assert (held[name] == held[f"{name}_natural"]).all()


def test_where_nothing_is_changed_there_is_no_natural_column_and_no_step() -> None:
    columns = list(table(HELD))
    assert columns[-len(OUTCOME) :] == list(OUTCOME)
    assert not [name for name in columns if name.endswith("_natural")]


def test_only_the_exposed_leave_poverty_and_the_step_that_moved_them_says_so() -> None:
    births = in_arm(table(*ALL), LESS_POVERTY)
    left = births["child_poverty"] != births["child_poverty_natural"]
    assert (births.loc[left, "child_poverty_natural"] == "yes").all()
    assert 0.5 < left[births["child_poverty_natural"] == "yes"].mean() < 0.7
    assert (left == (births["cash_moves_child_poverty"] == "yes")).all()
    assert (births["cash_again_moves_child_poverty"] == "no").all()
    assert (births["smoking"] == births["smoking_natural"]).all()


def test_a_cascade_has_its_steps_and_moves_only_those_who_accept() -> None:
    births = in_arm(table(*ALL), HELP)
    reached, accepts = births["offer_reached"] == "yes", births["offer_accepts"] == "yes"
    assert (births.loc[reached, "smoking"] == "yes").all()
    assert reached[accepts].all()
    assert 0 < accepts.sum() < reached.sum() < (births["smoking"] == "yes").sum()
    moved = births["offer_moves_pregnancy_smoking"] == "yes"
    assert moved.any()
    assert accepts[moved].all()
    assert (moved == (births["pregnancy_smoking"] != births["pregnancy_smoking_natural"])).all()
    assert (in_arm(table(*ALL), HELD)[["offer_reached", "offer_accepts"]] == "no").all(axis=None)


def test_a_quitter_who_never_smoked_under_policy_was_not_moved_by_the_offer() -> None:
    """Two interventions on one chain: each is named only for what it moved itself."""
    both = scenario(
        "both",
        prevalence("smoking", 0.5, id="fewer_smokers"),
        support("smoking: yes", ("pregnancy_smoking", "quit"), 0.9, 0.8, 2.5),
    )
    births = in_arm(table(HELD, both), both)
    stopped = births["fewer_smokers_moves_smoking"] == "yes"
    changed = births["pregnancy_smoking"] != births["pregnancy_smoking_natural"]
    offered = births["offer_moves_pregnancy_smoking"] == "yes"
    assert stopped.any()
    assert offered.any()
    assert not (stopped & offered).any()
    assert not (changed & ~stopped & ~offered).any()


def test_a_model_without_years_has_a_table_too() -> None:
    model = invented("island")
    draw = priors("island", 1)
    births = births_table(
        model, model.structure(), draw, arms_of([scenario("held", model="island")]), (), 50, 1
    )
    assert len(births) == 50
    assert "year" not in births


def test_more_than_one_draw_or_no_births_are_refused() -> None:
    model = invented("harbour")
    for draws, n in ((2, 10), (1, 0)):
        with pytest.raises(ValueError, match="at least one birth of one draw"):
            births_table(model, model.structure(), priors("harbour", draws), arms_of([HELD]), YEARS, n, 1)


def test_an_id_that_means_two_things_is_refused() -> None:
    other = scenario("other", support("mother_age: young", ("child_poverty", "no"), 0.9, 0.8, 2.5))
    with pytest.raises(
        DocumentError, match="moves pregnancy_smoking in one scenario and child_poverty in another"
    ):
        table(HELD, HELP, other)


def test_two_columns_of_one_name_are_refused() -> None:
    model = invented("harbour")
    draw = priors("harbour", 1)
    clash = scenario("clash", hazard(0.5, "sudden", "day_0", ", uptake: {value: 0.5, ASSUMED}", id="area"))
    columns = births_table(model, model.structure(), draw, arms_of([clash]), YEARS, 10, 1)
    assert columns.columns[-2:].tolist() == ["area_reached", "area_accepts"]
    renamed = model.spec.variables["eye_colour"]
    variables = {**model.spec.variables, "area_accepts": renamed.model_copy(update={"decision": 99})}
    spec = model.spec.model_copy(update={"variables": variables})
    shares = {**model.shares, "area_accepts": model.shares["eye_colour"]}
    other = replace(model, spec=spec, shares=shares)
    with pytest.raises(
        DocumentError, match="would be called `area_accepts`; give the intervention another id"
    ):
        births_table(other, other.structure(), draw, arms_of([clash]), YEARS, 10, 1)


# ---- files


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_table_read_back_equals_the_one_written(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written in many pieces, it is the table in one."""
    monkeypatch.setattr(simcore.births, "PIECE", 70)
    births, file = table(*ALL, n=500), tmp_path / f"births{suffix}"
    assert write_table(sample(*ALL, n=500), str(file)) == len(births)
    if suffix == ".parquet":
        back = pd.read_parquet(file)
        assert_frame_equal(back, births, check_dtype=True)
    else:
        back = pd.read_csv(file, dtype={name: births[name].dtype for name in births})
        assert_frame_equal(back, births)
        # and without being told anything: the same words, numbers and gaps
        plain = pd.read_csv(file)
        for name in ("birth", "arm", "year", "smoking", "pregnancy_smoking", "died"):
            assert plain[name].tolist() == births[name].tolist()
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_pieces_are_the_table_cut_and_alike_in_columns_and_types() -> None:
    whole = table(*ALL, n=500)
    pieces = list(pieces_of(sample(*ALL, n=500), 70))
    assert [len(piece) for piece in pieces] == [70 * len(ALL)] * 7 + [10 * len(ALL)]
    assert all((piece.dtypes == whole.dtypes).all() for piece in pieces)
    assert_frame_equal(pd.concat(pieces, ignore_index=True), whole)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_table_is_written_whole_or_not_at_all(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / f"births{suffix}"
    file.write_text("the one before")

    def half(*arguments: object) -> Iterator[pd.DataFrame]:
        yield table(*ALL, n=100)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(simcore.births, "pieces_of", half)
    with pytest.raises(DocumentError, match=r"births\.\w+: cannot be written \(No space left on device\)"):
        write_table(sample(*ALL), str(file))
    assert file.read_text() == "the one before"
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


# ---- the command


def call(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(a) for a in arguments])


def test_the_command_writes_the_same_births_as_csv_and_as_parquet(tmp_path: Path) -> None:
    files = [tmp_path / "b.csv", tmp_path / "b.parquet"]
    for file in files:
        done = call("smoking_cessation", "--n", 300, "--to", file, "--years", 2025)
        assert done.exit_code == 0, done.output
        assert done.stderr == (
            f"wrote {file}: 300 births in 2 arms of england, 600 rows, the central draw, seed 1. "
            "Parameters are draws of the posterior england_2010_2020.nc (NUTS).\n"
        )
    read = pd.read_parquet(files[1])
    assert_frame_equal(pd.read_csv(files[0], dtype=dict(read.dtypes)), read)
    assert list(read["arm"].cat.categories) == ["current_policy", "smoking_cessation"]
    assert done.stdout == ""
    assert read["birth"].iloc[0] == "2025/1/0"
    assert (set(read["draw"]), set(read["seed"])) == ({-1}, {1})
    assert set(read["imd_decile"]) == set(range(1, 11))


def test_a_table_of_more_births_than_asked_for_says_why(tmp_path: Path) -> None:
    done = call("smoking_cessation", "--n", 3, "--to", tmp_path / "b.csv", "--years", 2025)
    assert "10 births (one at least of each stratum) in 2 arms of england, 20 rows" in done.stderr


def test_england_births_of_the_command_are_those_of_a_run(tmp_path: Path) -> None:
    from scenarios.read import read_scenarios
    from simcore.load import load_model

    assert call("--n", 3000, "--to", tmp_path / "b.csv", "--years", 2025, "--seed", 9).exit_code == 0
    births = pd.read_csv(tmp_path / "b.csv")
    model = load_model("england")
    asked = read_scenarios(["current_policy", "child_poverty_35", "smoking_cessation"])
    central = read_central(model, model.structure())
    run = answer(model, model.structure(), central, asked, [2025], estimator="realised", births=3000, seed=9)
    real = model.births_in({"year": ("2025",), "imd_decile": model.strata["imd_decile"]})
    counted = (run.deaths.sum(axis=(-1, -2))[:, 0] / (real / apportion(real, 3000)))[:, 0]
    for arm, name in enumerate(run.arms):
        died = births[(births["arm"] == name) & births["died"]].groupby("imd_decile").size()
        assert died.reindex(range(1, 11), fill_value=0).tolist() == np.round(counted[arm]).tolist()
    assert births["died"].sum() > 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--to", "b.xlsx"],
            r"b.xlsx: a table of births ends in .csv or .parquet; give the file such a name",
        ),
        (["--to", "b"], "ends in .csv or .parquet"),
        (["--to", "nowhere/b.csv"], "there is no folder nowhere; make it first"),
        (["--to", "folder.csv"], "folder.csv: is a folder; name a file in it"),
        (["--to", "b.csv", "--n", "0"], "0 is not in the range 1<=x<=1000000"),
        (["--to", "b.csv", "--n", "1000001"], "1000001 is not in the range 1<=x<=1000000"),
        ([], "nothing to do; name a table with `--to births.csv`, or a birth with `--explain 2030/1/0`"),
        (
            ["--explain", "12"],
            "each year and imd_decile has a birth of that number; write YEAR/IMD_DECILE/NUMBER, as in 2025/1/12",
        ),
        (["--explain", ""], "is not the id of a birth"),
        (["--explain", "2030/1"], "is not the id of a birth"),
        (["--explain", "2030/1/-2"], "is not the id of a birth"),
        (["--explain", "2030/1/4.0"], "is not the id of a birth"),
        (["--explain", "2030/11/4"], "no imd_decile `11` among the model's; did you mean `1`?"),
        (
            ["--explain", "2003/1/4"],
            "no year `2003` among the years asked for (--years); did you mean `2034`?",
        ),
        (["--explain", "2030/1/4294967295"], "births of a stratum have the numbers 0 to 4,294,967,294"),
        (["--to", "b.csv", "--explain", "2030/0/4"], "no imd_decile `0`"),
        (["smoking_halvd", "--to", "b.csv"], "did you mean `smoking_halved`?"),
        (["--to", "b.csv", "--years", "1950"], "outside the model"),
        (["--to", "b.csv", "--years", "soon"], "write 2025-2034 or 2025"),
        (["--to", "b.csv", "--draw", "4000"], "holds 4,000 draws and 4,001 were asked for"),
        (["--to", "b.csv", "--variant", "child_poverty=some"], "has no option `some`"),
    ],
)
def test_bad_input_ends_with_a_message_and_nothing_written(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    done = call(*arguments)
    error = done.exception
    assert done.exit_code == 2 or isinstance(error, DocumentError)
    assert said in done.stderr.replace("\n", " ") + str(error)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]


def test_parquet_without_its_extra_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.chdir(tmp_path)
    error = call("--to", "b.parquet").exception
    assert isinstance(error, DocumentError)
    assert str(error) == (
        "b.parquet: Parquet needs the extra `parquet`; install it with `pip install 'simcore[parquet]'`, "
        "or let the name end in .csv"
    )
    assert list(tmp_path.iterdir()) == []
