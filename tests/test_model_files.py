"""A model file means what it says. (What is said of a broken one: test_model_faults.py.)"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from simcore.documents import parse_yaml
from simcore.load import load_model
from simcore.model import Model
from simcore.spec import ModelFile
from simcore.strict import check
from tests.models import FOLDER, invented

INVENTED = sorted(path.parent.name for path in FOLDER.glob("*/model.yaml"))


@pytest.mark.parametrize("name", INVENTED)
def test_invented_models_load(name: str) -> None:
    model = invented(name)
    assert model.name == name
    assert model.births.shape == tuple(len(levels) for levels in model.strata.values())
    for table in model.shares.values():
        assert table.low.sum(axis=-1) == pytest.approx(np.ones(table.low.shape[:-1]))


def test_a_first_level_left_out_has_the_rest() -> None:
    table = invented("harbour").shares["child_poverty"]
    assert table.axes == ("year", "area")
    assert table.low[0, 0] == pytest.approx([0.6, 0.4])
    between = invented("harbour").shares["smoking"]
    assert (between.low[0, 0, 1], between.high[0, 0, 1]) == pytest.approx((0.25, 0.3))


def test_a_model_may_have_no_years() -> None:
    island = invented("island")
    assert island.years == () and island.strata == {"shore": ("east", "west")}


def test_rows_of_a_table_may_stand_in_any_order(tmp_path: Path) -> None:
    folder = tmp_path / "harbour"
    shutil.copytree(FOLDER / "harbour", folder)
    for path in folder.glob("*.csv"):
        header, *rest = path.read_text().splitlines()
        path.write_text("\n".join([header, *sorted(rest, reverse=True)]) + "\n")
    assert load_model(folder).hash == invented("harbour").hash


def test_choices_name_their_structure() -> None:
    model: Model = invented("orchard")
    assert model.structure().label == "default"
    assert model.structure({"poverty": "whole", "poverty_to_smoking": "apart"}).label == "default"
    both = model.structure({"poverty_to_smoking": "cause", "poverty": "half"})
    assert both.label == "poverty=half+poverty_to_smoking=cause"
    # without causal arrows out of poverty the other choice changes nothing
    assert model.structure({"poverty": "zero", "poverty_to_smoking": "cause"}).label == "poverty=zero"
    assert model.structure({"poverty": "half"}).times("total_poverty") == 0.5


def test_the_types_of_a_model_file_are_frozen() -> None:
    document = parse_yaml((FOLDER / "island" / "model.yaml").read_text(), "island.yaml")
    spec = check(document, ModelFile)
    with pytest.raises(Exception, match="frozen"):
        spec.title = "Another"  # type: ignore[misc]
