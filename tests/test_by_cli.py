"""`simcore compare --by`: what is asked for is printed, kept in the files, and run again by `simcore verify`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from simcore.store import open_results
from tests.conftest import Call

SIZES = (
    "--years", "2030", "--draws", "4", "--births", "1000", "--variant-draws", "2", "--threads", "1"
)  # fmt: skip


def test_deaths_by_a_variable_are_printed_and_kept_and_run_again(simcore: Call, tmp_path: Path) -> None:
    out = tmp_path / "run"
    done = simcore("compare", "smoking_cessation", *SIZES, "--by", "nssec", "--by", "imd_fifth", "--out", out)
    assert done.status == 0
    assert "Deaths averted, told apart" in done.stdout
    assert "routine manual" in done.stdout and "imd fifth 5" in done.stdout
    assert "imd decile 5" not in done.stdout and "cause" not in done.stdout
    summary = json.loads((out / "summary.json").read_text())
    with open_results(out) as kept:
        averted = kept["deaths_by_nssec"][0] - kept["deaths_by_nssec"][1]
        whole = kept["deaths_averted"][1].sum(("year", "imd_decile", "cause", "age_band"))
        assert averted.sum("nssec").values == pytest.approx(whole.values, rel=1e-9)
        assert kept["births_by_nssec"].attrs["units"] == "live births"
        assert kept["nssec"].values.tolist()[2] == "routine_manual"
        by_hand = float(averted.sel(nssec="routine_manual").mean())
        assert np.array_equal(kept["moved_nssec"].values, [0, 0])
    (row,) = [
        at
        for at in summary["sections"]["by"]
        if (at["measure"], at["level"]) == ("deaths_averted", "nssec routine_manual")
    ]
    assert row["value"] == pytest.approx(by_hand)
    assert any(at["level"] == "routine and manual to all" for at in summary["sections"]["equity"])
    assert simcore("verify", out).status == 0


def test_what_cannot_be_told_apart_is_refused_before_anything_runs(simcore: Call, tmp_path: Path) -> None:
    out = tmp_path / "run"
    for asked, told in (
        (("--by", "nsec"), "--by nsec: england has no `nsec`; did you mean `nssec`?"),
        (("--by", "nssec", "--estimator", "realised"), "take --estimator expected"),
    ):
        done = simcore("compare", "smoking_cessation", *SIZES, *asked, "--out", out)
        assert done.status == 2
        assert told in done.stderr
    assert not out.exists()
