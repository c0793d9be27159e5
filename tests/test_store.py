"""A run on disk: interrupted, gone on with, merged; and never mixed with another question's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import scenarios.running
import simcore.store
from scenarios.compare import answer, record_of
from scenarios.question import Question, ask
from simcore.cli import main
from simcore.problems import DocumentError
from simcore.results import BlockResult
from simcore.run import Settings
from simcore.store import RunFolder, fingerprint, open_results, write_whole
from tests.conftest import LIBRARY, PATIENCE, Call, command, environment
from tests.models import FOLDER, hazard, prevalence, scenario_text, support

LONG = ("--years", "2003", "--draws", "500", "--births", "30000", "--variant-draws", "2", "--threads", "2")
SHORT = Settings(births=1000)


@cache
def question(*names: str) -> Question:
    """A question of one year, read once."""
    return ask(names, years=[2030])


def blocks_in(out: Path) -> list[Path]:
    """Finished blocks, oldest first."""
    return sorted(out.glob("blocks-*/*.nc"))


def same_bits(one: Path, other: Path) -> bool:
    """Whether two runs hold the same names and numbers, to the last bit."""
    with open_results(one) as first, open_results(other) as second:
        return all(
            first[name].dims == second[name].dims
            and first[name].values.tobytes() == second[name].values.tobytes()
            for name in {*first.data_vars, *second.data_vars, "draw", *first["births"].dims}
        )


def harbour(folder: Path, *names: str, baseline: str = "base") -> tuple[object, ...]:
    """To compare policies of an invented model, whose draws take a moment, with one of its baselines."""
    files = {
        "base": scenario_text("base"),
        "smoky": scenario_text("smoky", prevalence("smoking", 1.1)),
        "less": scenario_text("less", prevalence("child_poverty", 0.5)),
        "ward": scenario_text("ward", hazard(0.5, "fever", "days_28_364")),
        "offer": scenario_text(
            "offer", support("smoking: yes", ("pregnancy_smoking", "quit"), 0.5, 0.5, 1.5)
        ),
    }
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    place = [folder / f"{name}.yaml" for name in names]
    return (*place, "--model", FOLDER / "harbour", "--baseline", folder / f"{baseline}.yaml")


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    """A run that takes long enough to be interrupted."""
    return ("compare", *harbour(tmp_path_factory.mktemp("policies"), "less"), *LONG)


@pytest.fixture(scope="module")
def whole(long: tuple[object, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The long run, not interrupted."""
    out = tmp_path_factory.mktemp("whole") / "run"
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr(sys, "argv", ["simcore", *map(str, long), "--out", str(out)])
        main()
    assert ended.value.code in (0, None)
    return out


def stopped(long: tuple[object, ...], out: Path, signal_number: int) -> tuple[int, str, str]:
    """Start the long run in a process of its own and send it a signal once its first block is there."""
    process = subprocess.Popen(
        command(*long, "--out", out),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until = time.monotonic() + PATIENCE
        while not blocks_in(out) and process.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        process.send_signal(signal_number)
        said, error = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.wait()
    return process.returncode, said, error


# ---- interrupted


@pytest.mark.parametrize("how", ["SIGINT", "SIGKILL"])
def test_an_interrupted_run_keeps_what_it_finished_and_goes_on_to_the_same_bits(
    how: str, long: tuple[object, ...], whole: Path, simcore: Call, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    status, said, error = stopped(long, out, getattr(signal, how))
    kept = blocks_in(out)
    assert 1 <= len(kept) < 5, "the signal came too late to interrupt anything"
    assert not (out / "results.nc").exists()
    assert said == ""
    if how == "SIGINT":
        assert status == 130
        assert f"what was finished is kept in {out}; the same command goes on from there" in error
        assert "Traceback" not in error
    else:
        assert status == -signal.SIGKILL
    with open_results(whole) as complete:
        for path in kept:
            with xr.open_dataset(path, engine="h5netcdf") as block:
                there = complete["deaths"].sel(draw=block["draw"])
                assert np.array_equal(block["deaths"].values, there.values)
                assert json.loads(block.attrs["run"])["draws"] == 500
    drawn = simcore(*long, "--out", out, "--json")
    assert drawn.status == 0, drawn.stderr
    assert same_bits(out, whole)
    again, first = json.loads(drawn.stdout), json.loads((whole / "summary.json").read_text())
    assert {k: v for k, v in again.items() if k != "run"} == {k: v for k, v in first.items() if k != "run"}
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in whole.iterdir())


def test_finished_blocks_are_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scenarios.running, "STORED", 20)
    asked = question("child_poverty_35")
    record = record_of(asked, 60, SHORT)
    folder = RunFolder(tmp_path, asked.model, asked.years, record)
    seen: list[int] = []

    def break_off(what: str, done: int, of: int) -> None:
        if done > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answer(asked, 60, SHORT, out=tmp_path, tick=break_off)
    assert [path.name for path in blocks_in(tmp_path)] == ["0000000.nc"]
    assert folder.finished() == 20
    real = scenarios.running.simulate

    def watched(*arguments: object, skip: object) -> object:
        for start, block in real(*arguments, skip=skip):
            seen.append(start)
            yield start, block

    monkeypatch.setattr(scenarios.running, "simulate", watched)
    resumed = answer(asked, 60, SHORT, variant_draws=2, out=tmp_path)
    assert seen == [20, 40, *[0] * 6]  # the two missing blocks, then the six other structures
    straight = answer(asked, 60, SHORT, variant_draws=2)
    assert resumed["arms"] == straight["arms"]
    assert resumed["baseline"] == straight["baseline"]


@pytest.mark.parametrize(
    ("names", "baseline", "more"),
    [
        (("less", "ward"), "base", ()),  # the same files in another order
        (("ward",), "base", ()),
        (("ward", "less"), "base", ("--seed", "2")),
        (("ward", "less"), "smoky", ()),
        (("ward", "less"), "base", ("--estimator", "realised")),
    ],
    ids=["another order", "fewer files", "another seed", "another baseline", "another estimator"],
)
def test_blocks_of_another_question_in_the_same_folder_are_not_used(
    names: tuple[str, ...],
    baseline: str,
    more: tuple[str, ...],
    tmp_path: Path,
    simcore: Call,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = (*harbour(tmp_path, *names, baseline=baseline), "--years", "2003", *more)
    begin = [tmp_path / f"{name}.yaml" for name in ("ward", "less")]
    asked = ask(begin, model=FOLDER / "harbour", baseline=tmp_path / "base.yaml", years=[2003])
    not_used(asked, other, tmp_path, simcore, monkeypatch)


def test_blocks_of_another_structure_in_the_same_folder_are_not_used(
    tmp_path: Path, simcore: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ("smoking_halved", "--years", "2030", "--variant", "child_poverty=half")
    not_used(question("smoking_halved"), other, tmp_path, simcore, monkeypatch)


def not_used(
    begin: Question, other: tuple[object, ...], folder: Path, simcore: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run breaks off after a block; another in its folder has the bits that it has in a folder of its own."""
    monkeypatch.setattr(scenarios.running, "STORED", 20)

    def break_off(what: str, done: int, of: int) -> None:
        if done > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answer(begin, 40, SHORT, variant_draws=2, out=folder / "shared", tick=break_off)
    begun = blocks_in(folder / "shared")
    assert len(begun) == 1
    said = {}
    for name in ("shared", "fresh"):
        done = simcore(
            "compare", *other, "--draws", 40, "--births", 1000, "--variant-draws", 2, "--out", folder / name
        )
        assert done.status == 0, done.stderr
        said[name] = done.stderr
    assert same_bits(folder / "shared", folder / "fresh")
    assert blocks_in(folder / "shared") == begun
    left = begun[0].parent.name
    assert f"shared also holds what another run finished before it was interrupted ({left})" in said["shared"]
    assert said["fresh"] == ""
    assert not same_bits_as_begun(folder / "fresh", begun[0])


def same_bits_as_begun(out: Path, begun: Path) -> bool:
    with open_results(out) as run, xr.open_dataset(begun, engine="h5netcdf") as block:
        mine = run["deaths"].isel(draw=slice(0, block.sizes["draw"])).values
        return mine.shape == block["deaths"].shape and bool(np.array_equal(mine, block["deaths"].values))


# ---- which run a block belongs to


def record(**more: object) -> dict[str, object]:
    return {**record_of(question("smoking_halved", "child_poverty_35"), 40, SHORT), **more}


def test_place_and_speed_do_not_change_which_run_it_is() -> None:
    first = fingerprint(record())
    assert first == fingerprint(record(made="later", threads=7, libraries={}, platform="elsewhere"))
    moved = record()
    moved["scenarios"] = {
        name: {**file, "file": "/elsewhere.yaml"} for name, file in moved["scenarios"].items()
    }  # type: ignore[attr-defined]
    assert fingerprint(moved) == first


@pytest.mark.parametrize(
    "key", ["seed", "draws", "births_per_draw", "estimator", "years", "variants", "arms", "slices"]
)
def test_anything_that_a_number_hangs_on_is_another_run(key: str) -> None:
    assert fingerprint(record(**{key: "other"})) != fingerprint(record())


def test_one_changed_byte_of_a_scenario_is_another_run(tmp_path: Path) -> None:
    text = (LIBRARY / "smoking_halved.yaml").read_text()
    prints = set()
    for i, words in enumerate((text, text + "\n")):
        (tmp_path / f"{i}.yaml").write_text(words)
        asked = ask([tmp_path / f"{i}.yaml"], years=[2030])
        prints.add(fingerprint(record_of(asked, 40, SHORT)))
    assert len(prints) == 2


# ---- whole or not at all


def a_block(draws: int, start: int) -> BlockResult:
    rng = np.random.default_rng(start)
    shape = (2, draws, 1, 10)
    return BlockResult(
        np.arange(start, start + draws),
        ("current_policy", "smoking_cessation"),
        rng.random((*shape, 9, 6)),
        rng.random((*shape, 16)),
        {("smoking_cessation", "cessation_offer:reached"): rng.random(shape[1:])},
        rng.random(draws),
    )


def folder_for(out: Path) -> RunFolder:
    asked = question("smoking_cessation")
    return RunFolder(out, asked.model, asked.years, record_of(asked, 50, SHORT))


def test_a_block_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder, block = folder_for(tmp_path), a_block(5, 0)
    folder.write(0, block)
    read = folder.read(0)
    assert read.arms == block.arms
    for name in ("index", "deaths", "slices", "pass_share"):
        assert np.array_equal(getattr(read, name), getattr(block, name))
    assert read.stages.keys() == block.stages.keys()
    assert all(np.array_equal(read.stages[step], block.stages[step]) for step in block.stages)


def test_a_block_of_which_a_part_was_written_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_for(tmp_path)
    folder.write(0, a_block(5, 0))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(simcore.store.os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        folder.write(5, a_block(5, 5))
    monkeypatch.undo()
    assert (folder.has(0), folder.has(5), folder.finished()) == (True, False, 5)
    folder.write(5, a_block(5, 5))
    merged = folder.merge()
    assert sorted(path.name for path in tmp_path.iterdir()) == [merged.name]


def test_blocks_of_unequal_size_are_merged_in_order(tmp_path: Path) -> None:
    folder = folder_for(tmp_path)
    parts = [a_block(7, 0), a_block(7, 7), a_block(2, 14)]
    for part in reversed(parts):
        folder.write(int(part.index[0]), part)
    folder.merge()
    with open_results(tmp_path) as run:
        assert run["draw"].values.tolist() == list(range(16))
        assert np.array_equal(run["deaths"].values, np.concatenate([p.deaths for p in parts], axis=1))
        step = ("smoking_cessation", "cessation_offer:reached")
        assert np.array_equal(run["people"].values[0], np.concatenate([p.stages[step] for p in parts]))
        assert np.array_equal(run["pass_share"].values, np.concatenate([p.pass_share for p in parts]))
        assert np.array_equal(run["deaths_averted"].values, run["deaths"].values[:1] - run["deaths"].values)


def test_a_merge_that_breaks_off_leaves_the_blocks_and_the_old_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_for(tmp_path)
    folder.write(0, a_block(3, 0))
    folder.merge()
    before = (tmp_path / "results.nc").read_bytes()
    again = folder_for(tmp_path)
    again.write(0, a_block(4, 0))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(simcore.store.os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        again.merge()
    assert (tmp_path / "results.nc").read_bytes() == before
    assert again.finished() == 4


def test_text_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_whole(tmp_path / "a.txt", "first\n")
    write_whole(tmp_path / "a.txt", "second\n")
    assert (tmp_path / "a.txt").read_text() == "second\n"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_without_a_finished_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"results.nc: no such file; name the folder of a finished run"):
        open_results(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DocumentError, match="cannot be made a folder"):
        folder_for(tmp_path / "run")


def test_a_place_under_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        DocumentError, match=r"cannot be made a folder \(Not a directory\); choose another place"
    ):
        folder_for(tmp_path / "file")


def test_threads_and_blocks_move_no_bit_of_what_is_written(tmp_path: Path) -> None:
    harbour(tmp_path)
    asked = ask(
        [tmp_path / "offer.yaml"], model=FOLDER / "harbour", baseline=tmp_path / "base.yaml", years=[2003]
    )
    for name, settings in (
        ("one", SHORT),
        ("two", replace(SHORT, threads=2)),
        ("odd", replace(SHORT, threads=2, block=10)),
    ):
        answer(asked, 30, settings, out=tmp_path / name)
    assert same_bits(tmp_path / "one", tmp_path / "two")
    assert same_bits(tmp_path / "one", tmp_path / "odd")
