"""Solved draws return what was published, recomputed from the definitions; and are refused where they do not fit."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from simcore import solving
from simcore.contrasts import ReferenceYears
from simcore.counting import resample_targets
from simcore.draws import DrawBlock, sample_priors
from simcore.load import load_model
from simcore.model import Model, Structure
from simcore.problems import DocumentError
from simcore.solve import NoSolution, solve_central
from simcore.solved import OWN, read_central, read_draws, shipped_draws, solved_path
from simcore.solving import solve_model, structures
from tests.conftest import Call
from tests.models import FOLDER, answer, invented, prevalence, priors, scenario
from tests.models.plain import Plain, odds
from tests.models.summed import Summed

SHIPPED = (100, 500)
"""Draws of a structure, and of the default."""
PRETERM = ("under_22", "22_23", "24_27", "28_31", "32_36")


@dataclass(frozen=True)
class Published:
    """A total effect in its own words: what is set, among whom, what is held, what is counted, and how compared."""

    exposure: str
    to: str
    otherwise: str
    value: float
    parameter: str
    counts: str | tuple[str, tuple[str, ...]]
    """An age period of death, or a variable and some of its levels."""
    measure: str
    holding: dict[str, str] = field(default_factory=dict)
    among: str | None = None

    def recomputed(self, world: Summed) -> float:
        """The contrast among births of the reference years, from the file and the draw alone."""
        exposed, unexposed = (self._share(world, level) for level in (self.to, self.otherwise))
        if self.measure == "per point":
            # one percentage point of 100,000 births
            return (exposed - unexposed) * 0.01 * 100_000
        if self.measure == "odds ratio":
            return odds(exposed) / odds(unexposed)
        return exposed / unexposed

    def _share(self, world: Summed, level: str) -> float:
        do = {self.exposure: level, **self.holding}
        among = None if self.among is None else (self.exposure, self.among)
        everyone = float(world.births_by([], do, among))
        if isinstance(self.counts, str):
            return float(world.period(world.deaths_by([], do, among), self.counts)) / everyone
        variable, levels = self.counts
        at = [world.levels(variable).index(level) for level in levels]
        return float(world.births_by([variable], do, among)[at].sum()) / everyone


def of_smoking(value: float, parameter: str, counts: str | tuple[str, tuple[str, ...]]) -> Published:
    """An odds ratio of smokers at booking against others, among single births."""
    return Published(
        "smoking_at_booking", "yes", "no", value, parameter, counts, "odds ratio", {"plurality": "single"}
    )


ENGLAND = {
    "smoking_preterm": of_smoking(1.41, "total_smoking_preterm", ("gestation", PRETERM)),
    "smoking_neonatal": of_smoking(1.32, "total_smoking_neonatal", "neonatal"),
    "smoking_postneonatal": of_smoking(2.18, "total_smoking_postneonatal", "postneonatal"),
    "smoking_sga": of_smoking(2.67, "total_smoking_sga", ("sga", ("yes",))),
    "child_poverty": Published(
        "child_poverty", "yes", "no", 5.8, "total_poverty_per_point", "infant", "per point", among="no"
    ),
    "bmi_overweight": Published(
        "bmi", "25_29", "under_25", 1.16, "total_bmi_overweight", "infant", "risk ratio"
    ),
    "bmi_obese": Published("bmi", "30_plus", "under_25", 1.55, "total_bmi_obese", "infant", "risk ratio"),
    "multiple_neonatal": Published(
        "plurality", "multiple", "single", 6.30, "total_multiple_neonatal", "neonatal", "risk ratio"
    ),
}  # fmt: skip
CAUSAL_SHARE = {"as-published": 1.0, "half": 0.5}
OTHER_DRAWS = {"default": (0, 499), "unproven_effects=wide": ()}
"""Draws looked at beside the central one: one, but where it is said."""
LABELS = [structure.label for structure in structures(load_model("england"))]


@cache
def england() -> Model:
    return load_model("england")


def structure_of(label: str) -> Structure:
    return next(s for s in structures(england()) if s.label == label)


@cache
def worlds(label: str) -> list[tuple[DrawBlock, int, Summed]]:
    """The central draw of a structure, and others."""
    model, structure = england(), structure_of(label)
    central, shipped = (
        read_central(model, structure, OWN),
        read_draws(model, structure, SHIPPED[label == "default"], OWN),
    )
    chosen = [(central, 0), *((shipped, draw) for draw in OTHER_DRAWS.get(label, (99,)))]
    return [
        (block, draw, Summed(model, structure, block, draw, model.spec.reference_years))
        for block, draw in chosen
    ]


def read_as(published: Published, structure: Structure) -> Published:
    """At delivery, where a structure reads the ratios of smoking so."""
    if structure.choices["smoking_contrast"] == "at-booking" or published.exposure != "smoking_at_booking":
        return published
    return replace(published, exposure="smoking", to="to_delivery", otherwise="none")


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("name", ENGLAND)
def test_each_contrast_returns_its_published_total(name: str, label: str) -> None:
    structure = structure_of(label)
    published, poverty = read_as(ENGLAND[name], structure), structure.choices["child_poverty"]
    if name == "child_poverty" and poverty == "zero":
        for _, _, world in worlds(label):
            assert published.recomputed(world) == 0.0
        return
    times = CAUSAL_SHARE[poverty] if name == "child_poverty" else 1.0
    for number, (block, draw, world) in enumerate(worlds(label)):
        wanted = float(block[published.parameter][draw])
        if number == 0:
            assert wanted == pytest.approx(published.value)
        assert published.recomputed(world) == pytest.approx(times * wanted, rel=0.005)


def test_the_contrasts_checked_here_are_all_there_are() -> None:
    solve = england().spec.solve
    assert solve is not None and set(solve.contrasts) == set(ENGLAND)


def test_a_wrong_direct_effect_would_be_seen() -> None:
    model = england()
    central = read_central(model, model.structure(), OWN)
    for name, parameter in (
        ("smoking_postneonatal", "hr_smoking_postneonatal"),
        ("child_poverty", "hr_poverty"),
        ("smoking_sga", "or_smoking_sga"),
    ):
        off = replace(central, parameters={**central.parameters, parameter: central[parameter] * 1.02})
        world = Summed(model, model.structure(), off, 0, model.spec.reference_years)
        assert ENGLAND[name].recomputed(world) != pytest.approx(ENGLAND[name].value, rel=0.005)


# ---- an invented model, solved here


@pytest.fixture(scope="module")
def orchard(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("solved") / "orchard"
    shutil.copytree(FOLDER / "orchard", folder)
    model = load_model(folder)
    paths = solve_model(model, threads=2)
    assert {p.name for p in paths} == {
        "default.nc", "poverty=half.nc", "poverty=zero.nc", "poverty_to_smoking=cause.nc"
    }  # fmt: skip
    assert sorted(p.name for p in folder.glob("draws/*")) == sorted(p.name for p in paths)
    return model


def every_draw(model: Model, structure: Structure) -> list[tuple[DrawBlock, int]]:
    shipped = read_draws(model, structure, 12, OWN)
    return [(read_central(model, structure, OWN), 0), *((shipped, draw) for draw in range(12))]


@pytest.mark.parametrize("label", [s.label for s in structures(invented("orchard"))])
def test_every_invented_draw_returns_every_total(orchard: Model, label: str) -> None:
    structure = next(s for s in structures(orchard) if s.label == label)
    poverty = structure.choices["poverty"]
    for block, draw in every_draw(orchard, structure):
        plain = Plain(orchard, structure, block, draw, (2010, 2011))
        neonatal = [
            plain.period(plain.deaths(["area"], {"smoking": level}), "neonatal").sum() / plain.joint().sum()
            for level in ("yes", "no")
        ]
        assert odds(neonatal[0]) / odds(neonatal[1]) == pytest.approx(block["total_smoking"][draw], rel=1e-3)
        risk = []
        for level in ("yes", "no"):
            among = plain.only_keeping_strata(plain.joint({"poverty": level}), "poverty", "no")
            risk.append(plain.deaths(["area"], {"poverty": level}, among).sum() / among.sum())
        times = {"whole": 1.0, "half": 0.5, "zero": 0.0}[poverty]
        # read from 32-bit baselines: the difference of two risks keeps five digits
        assert (risk[0] - risk[1]) * 1000 == pytest.approx(
            times * block["total_poverty"][draw], rel=1e-3, abs=1e-12
        )


def test_solved_draws_return_the_deaths_they_were_solved_from(orchard: Model) -> None:
    structure = orchard.structure()
    centre = solve_central(orchard, structure)
    resampled = resample_targets(orchard, centre.births, 12)
    for number, (block, draw) in enumerate(every_draw(orchard, structure)):
        plain = Plain(orchard, structure, block, draw, (2010, 2011))
        by_area = np.stack([plain.period(plain.deaths(["area"]), p) for p in ("neonatal", "postneonatal")])
        cells = orchard.targets["baseline"].deaths if number == 0 else resampled.cells[draw]
        strata = orchard.targets["residual"].deaths if number == 0 else resampled.strata[draw]  # type: ignore[index]
        assert plain.deaths(["gestation"]) == pytest.approx(cells, rel=1e-3, abs=0.01)
        assert by_area == pytest.approx(strata, rel=1e-3)


def test_resampled_targets_agree_between_their_two_tables(orchard: Model) -> None:
    resampled = resample_targets(orchard, solve_central(orchard, orchard.structure()).births, 200)
    assert resampled.strata is not None
    assert resampled.cells.sum(axis=(1, 2)) == pytest.approx(resampled.strata.sum(axis=2))
    # each stratum is as uncertain as its count: gamma, so mean and variance are the deaths
    for p, area in np.ndindex(2, 3):
        drawn, seen = resampled.strata[:, p, area], orchard.targets["residual"].deaths[p, area]
        assert drawn.mean() == pytest.approx(seen, abs=4 * np.sqrt(seen / 200))
        assert drawn.var(ddof=1) == pytest.approx(seen, rel=0.45)


def test_priors_of_solved_draws_are_those_sampled(orchard: Model) -> None:
    solved, sampled = read_draws(orchard, orchard.structure(), 12, OWN), sample_priors(orchard, 12)
    for name, values in sampled.parameters.items():
        assert np.array_equal(solved[name], values)
    assert set(solved.parameters) - set(sampled.parameters) == {"hr_smoking", "hr_poverty"}
    assert list(solved.index) == list(range(12))


def test_fewer_draws_are_the_first_of_many(orchard: Model) -> None:
    few, many = (read_draws(orchard, orchard.structure(), n, OWN) for n in (3, 12))
    assert np.array_equal(few["hr_poverty"], many["hr_poverty"][:3])
    assert few.baseline is not None and many.baseline is not None
    assert np.array_equal(few.baseline, many.baseline[:3])


def test_a_policy_without_causal_arrows_averts_exactly_zero(orchard: Model) -> None:
    structure = orchard.structure({"poverty": "zero"})
    arms = [scenario("base", model="orchard"), scenario("less", prevalence("poverty", 0.2), model="orchard")]
    for estimator in ("exact", "expected", "realised"):
        run = answer(
            orchard,
            structure,
            read_draws(orchard, structure, 4, OWN),
            arms,
            (2012,),
            estimator=estimator,
            births=5_000,
        )
        assert (run.deaths[0] - run.deaths[1] == 0.0).all()


def test_reading_the_association_as_causal_averts_more_with_the_same_total(orchard: Model) -> None:
    """The published total is returned either way; what changes is through whom it runs."""
    arms = [scenario("base", model="orchard"), scenario("less", prevalence("poverty", 0.5), model="orchard")]
    averted = {}
    for choice in ("apart", "cause"):
        structure = orchard.structure({"poverty_to_smoking": choice})
        run = answer(
            orchard, structure, read_central(orchard, structure, OWN), arms, (2011,), estimator="exact"
        )
        averted[choice] = float((run.deaths[0] - run.deaths[1]).sum())
    assert averted["apart"] > 0 and averted["cause"] > 0
    assert averted["cause"] != averted["apart"]


def test_an_interrupted_solution_goes_on_at_the_missing_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, orchard: Model
) -> None:
    shutil.copytree(FOLDER / "orchard", tmp_path / "orchard")
    model = load_model(tmp_path / "orchard")
    structure = model.structure()
    solve, seen = solving._block, []

    def failing(*arguments: object) -> DrawBlock:
        seen.append(arguments[-1])
        if arguments[-1] == 10 and seen.count(10) == 1:
            raise KeyboardInterrupt
        return solve(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(solving, "_block", failing)
    with pytest.raises(KeyboardInterrupt):
        solve_model(model, chosen=structure)
    assert not solved_path(model, structure).exists()
    solve_model(model, chosen=structure)
    assert seen == [0, 2, 4, 6, 8, 10, 10]
    again, once = (read_draws(m, m.structure(), 12, OWN) for m in (model, orchard))
    assert np.array_equal(again["hr_poverty"], once["hr_poverty"])


def test_the_gradient_of_observed_deaths_does_not_move_the_effect_of_poverty(tmp_path: Path) -> None:
    """The residual has no prior, so what is left by area is left: it does not estimate the effect by the back door.

    Power: with twice the deaths in one area and half in another the residual follows; held where it was, it would
    leave that to the effect.
    """
    folder = tmp_path / "orchard"
    shutil.copytree(FOLDER / "orchard", folder)
    path = folder / "deaths_by_area.csv"
    text = path.read_text().replace("dale,110,110", "dale,220,220").replace("town,210,210", "town,100,100")
    path.write_text(text.replace("dale,60,60", "dale,120,120").replace("town,110,110", "town,50,50"))
    flat, steep = (solve_central(m, m.structure()).block for m in (invented("orchard"), load_model(folder)))
    assert flat.residual is not None and steep.residual is not None
    moved = steep.residual / flat.residual
    assert float(moved.max() / moved.min()) > 3.0
    # the direct effect differs by a tenth, as the poor live where fewer die now; the total is the same
    assert steep["hr_poverty"][0] == pytest.approx(flat["hr_poverty"][0], rel=0.15)
    for model, block in ((invented("orchard"), flat), (load_model(folder), steep)):
        fit = ReferenceYears(model, model.structure(), block).evaluate(block)
        assert fit.measures["poverty"][0] == pytest.approx(block["total_poverty"][0], rel=1e-4)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_total_that_nothing_returns_is_refused(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "orchard", tmp_path / "orchard")
    text = tmp_path / "orchard" / "model.yaml"
    text.write_text(text.read_text().replace("mean: 12.0, ci95: [6.0, 18.0]", "value: 900"))
    text.write_text(text.read_text().replace("distribution: normal, value", "distribution: fixed, value"))
    model = load_model(tmp_path / "orchard")
    with pytest.raises(NoSolution, match=r"orchard \(default\): draws 0 .* after 60 rounds; widen"):
        solve_central(model, model.structure())


UNSOLVABLE = {
    "an effect where its outcome is not": (
        [
            ("      ratios: {yes: hr_smoking}", "      age_bands: [later]\n      ratios: {yes: hr_smoking}"),
            ("    odds_ratios:\n      - parent: smoking\n        of: [early]\n"
             "        ratios: {yes: or_smoking_early}\n", ""),
            ("  or_smoking_early:\n    meaning: odds ratio of an early birth\n"
             "    value: {distribution: lognormal, median: 1.4, ci95: [1.2, 1.6]}\n    unit: odds ratio\n"
             "    source: assumption\n", ""),
        ],
        "no effect moves `smoking`; let hr_smoking act on the causes and ages of its outcome",
    ),
    "one effect asked for twice": (
        [
            ("      outcome: {deaths: infant}\n      measure: risk_difference\n      per: 1000\n",
             "      outcome: {deaths: neonatal}\n      measure: odds_ratio\n"),
            ("set: poverty\n      from: no\n      to: yes\n      among: {poverty: no}",
             "set: smoking\n      from: no\n      to: yes"),
            ("{distribution: normal, mean: 12.0, ci95: [6.0, 18.0]}", "1.5"),
        ],
        "smoking, poverty move together; let their effects act on different things",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", UNSOLVABLE)
def test_what_cannot_be_solved_ends_with_the_address_and_what_to_change(
    fault: str, simcore: Call, tmp_path: Path
) -> None:
    edits, said = UNSOLVABLE[fault]
    folder = tmp_path / "orchard"
    shutil.copytree(FOLDER / "orchard", folder)
    text = (folder / "model.yaml").read_text()
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    (folder / "model.yaml").write_text(text)
    done = simcore("solve", folder, "--draws", 2, "--threads", 1)
    line = text[: text.index("  contrasts:")].count("\n") + 2
    assert (done.status, done.stdout.strip()) == (2, "")
    assert f"{folder}/model.yaml:{line}:5: solve.contrasts: {said}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "draws").exists()


# ---- draws that do not fit


def remedies(model: Model, n: int = 1, choices: dict[str, str] | None = None) -> Sequence[str]:
    with pytest.raises(DocumentError) as found:
        read_draws(model, model.structure(choices), n, OWN)
    assert len(found.value.problems) == 1
    return [str(found.value)]


def test_draws_solved_from_another_model_are_refused(orchard: Model) -> None:
    changed = replace(orchard, births=orchard.births * 1.001)
    (message,) = remedies(changed)
    assert "default.nc" in message and "was solved from another model" in message
    assert orchard.hash in message and changed.hash in message and "run `simcore solve" in message


def test_draws_that_were_never_solved_are_refused() -> None:
    (message,) = remedies(invented("orchard"), choices={"poverty": "half"})
    assert "poverty=half.nc: " in message and "no such file; run `simcore solve" in message


def test_more_draws_than_were_solved_are_refused() -> None:
    model = england()
    (message,) = remedies(model, 501)
    assert "holds 500 draws and 501 were asked for; ask for fewer, or raise `solve.draws`" in message
    assert read_draws(model, model.structure(), 500, OWN).size == 500


def test_england_names_itself_in_the_remedy() -> None:
    model = england()
    (message,) = remedies(replace(model, births=model.births + 1))
    assert message.endswith("run `simcore solve england`")


@pytest.mark.parametrize("label", LABELS)
def test_every_structure_of_england_ships_with_draws_of_this_model(label: str) -> None:
    model, structure = england(), structure_of(label)
    assert solved_path(model, structure).name == f"{label}.nc"
    assert shipped_draws(model, structure, OWN) == SHIPPED[label == "default"]


def test_a_model_with_nothing_to_solve_is_sampled() -> None:
    harbour = invented("harbour")
    assert not solved_path(harbour, harbour.structure()).exists()
    drawn = read_draws(harbour, harbour.structure(), 7, OWN)
    assert all(
        np.array_equal(drawn[name], values) for name, values in priors("harbour", 7).parameters.items()
    )


def test_words_do_not_move_the_hash_and_numbers_do(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "orchard", tmp_path / "orchard")
    text = tmp_path / "orchard" / "model.yaml"
    as_written = text.read_text()
    before = load_model(tmp_path / "orchard").hash
    for old, new, moves in [
        ("title: Invented valley", "title: Another", False),
        ("decision: 1\n", "decision: 5\n", False),
        ("draws: 12", "draws: 50", False),
        ("median: 1.5", "median: 1.51", True),
        ("ratios: {yes: hr_smoking}", "causes: [lungs]\n      ratios: {yes: hr_smoking}", True),
        ("per: 1000", "per: 100", True),
        ("[0, 28]", "[0, 27]", True),
    ]:
        text.write_text(
            as_written.replace(old, new).replace("[28, 365]", "[27, 365]" if "27]" in new else "[28, 365]")
        )
        assert (load_model(tmp_path / "orchard").hash != before) == moves, new
    text.write_text(as_written)
    births = tmp_path / "orchard" / "births.csv"
    births.write_text(births.read_text().replace("20000", "20001"))
    assert load_model(tmp_path / "orchard").hash != before
