"""``simcore groups`` at the command line: rows as JSON, a table for any terminal, labels, and what is refused."""

from __future__ import annotations

import json
import re
import shutil
from functools import cache
from pathlib import Path

import pytest

from scenarios.groups import Grouped, ask_groups, count_groups
from scenarios.groups_table import folded, table_lines
from simcore.load import load_model
from tests.conftest import Call
from tests.models import FOLDER
from tests.test_cli import changed, line_of, refused

ISLAND = FOLDER / "island"
LABELLED = "    levels: [low, normal]\n    labels: {low: 'Under 2,500 g [low]'}\n"


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """The island, one level of which is written otherwise in the evidence."""
    folder = tmp_path / "island"
    shutil.copytree(ISLAND, folder)
    file = folder / "model.yaml"
    file.write_text(changed("    levels: [low, normal]\n", LABELLED, file.read_text()))
    return folder


def test_json_is_one_row_for_every_level_of_every_factor(simcore: Call) -> None:
    done = simcore("groups", "--draws", "2", "--json")
    rows = json.loads(done.stdout)
    model = load_model("england")
    assert done.status == 0
    assert [(row["factor"], row["id"]) for row in rows] == [
        (name, level) for name in ("imd_decile", *model.spec.variables) for level in model.levels(name)
    ]
    nobody = [row for row in rows if row["births"] == 0]
    assert [(row["factor"], row["id"]) for row in nobody] == [("healthy_start", "receives")]
    assert all(row["imr"] is row["ratio_to_all"] is row["excess_over_average"] is None for row in nobody)
    for row in rows:
        assert row["year"] == max(model.spec.reference_years)
        for number in ("share_of_births", "share_of_deaths", *(() if row in nobody else ("ratio_to_all",))):
            low, high = row["interval95"][number]
            assert low <= row[number] <= high
        for number in ("attributable_deaths", *(() if row in nobody else ("imr", "excess_over_average"))):
            low, high = row[number]["interval95"]
            assert low <= row[number]["mean"] <= high


def test_factors_a_year_and_a_structure_can_be_chosen(simcore: Call) -> None:
    asked = ("groups", "--draws", "2", "--factor", "plurality", "--factor", "imd_decile", "--json")
    first, last, held = (
        json.loads(simcore(*asked, *more).stdout)
        for more in (("--year", "2010"), ("--year", "2035"), ("--variant", "child_poverty=zero"))
    )
    assert list(dict.fromkeys(row["factor"] for row in first)) == ["plurality", "imd_decile"]
    assert {row["year"] for row in first} == {2010}
    assert {row["year"] for row in last} == {2035}
    assert [row["births"] for row in first] != [row["births"] for row in last]
    assert [row["births"] for row in held[2:]] != [row["births"] for row in last[2:]]


def test_a_level_is_called_as_in_the_evidence_and_nothing_is_solved_anew_for_it(
    simcore: Call, labelled: Path
) -> None:
    asked = ("--factor", "weight", "--draws", "2")
    rows = json.loads(simcore("groups", labelled, *asked, "--json").stdout)
    assert [(row["level"], row["id"]) for row in rows] == [
        ("Under 2,500 g [low]", "low"),
        ("normal", "normal"),
    ]
    assert "\nUnder 2,500 g [low]  " in simcore("groups", labelled, *asked).stdout
    assert load_model(labelled).hash == load_model(ISLAND).hash


def test_a_label_of_a_level_that_there_is_not_is_refused(simcore: Call, labelled: Path) -> None:
    file = labelled / "model.yaml"
    text = changed("{low: 'Under", "{lwo: 'Under", file.read_text())
    file.write_text(text)
    refused(
        simcore("groups", labelled),
        f"model.yaml:{line_of(text, 'lwo')}:",
        "variables.weight.labels.lwo: no level of weight `lwo`; did you mean `low`?",
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            ("--factor", "smokign"),
            "--factor smokign: england has no factor `smokign`; did you mean `smoking`?",
        ),
        (("--factor", "year"), "--factor year: england has no factor `year`; "),
        (("--year", "2009"), "--year 2009: outside the model; england has 2010 to 2035"),
        ((ISLAND, "--year", "2020"), "island has no years; leave it out"),
        (("--variant", "child_poverty=hafl"), "`child_poverty` has no option `hafl`"),
        (("--draws", "1"), "1 is not in the range x>=2"),
        (("--draws", "1000000"), "1,000,000 were asked for; ask for fewer"),
        (("englnd",), "did you mean `england`?"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_remedy(
    simcore: Call, asked: tuple[object, ...], said: str
) -> None:
    refused(simcore("groups", *asked), said)


@cache
def counted(model: str) -> Grouped:
    return count_groups(ask_groups("england" if model == "england" else FOLDER / model), 5)


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("model", ["england", "harbour"])
def test_a_line_is_never_longer_than_the_terminal_and_no_number_is_broken(model: str, width: int) -> None:
    grouped = counted(model)
    lines = [line for line, _ in table_lines(grouped, width)]
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    asked = grouped.question.model
    labels = ["all", *(asked.label(name, level) for name in grouped.tallies for level in asked.levels(name))]
    # a long label is folded: its first line stands beside the numbers
    first_lines = {folded(label, room)[0] for label in labels for room in range(10, 30)}
    begun = sorted(first_lines, key=len, reverse=True)
    for factor in grouped.tallies:
        assert f"\n{factor} (" in text
    kinds = [(name, grouped.kind(name)) for name in grouped.tallies]
    first = {
        kind: next(name for name, its in kinds if its == kind) for kind in ("descriptor", "intermediate")
    }
    for words in (
        f"No lever: {first['descriptor']}",
        f"No lever by itself: {first['intermediate']}",
        "a difference, not an effect",
    ):
        assert words in " ".join(text.split())
    # columns stand one below the other in every block: each cell ends where a heading does
    heads = [i for i, line in enumerate(lines) if "95% interval" in line]
    assert len(heads) == len(grouped.tallies)
    ends = {m.end() for m in re.finditer(r"95% interval|\S+", lines[heads[0]])}
    for head in heads:
        for line in lines[head + 1 : lines.index("", head)]:
            if line.startswith("  "):
                continue
            level = next(level for level in begun if line.startswith(level))
            cells = re.finditer(r"\S+ to \S+|\S+", line[len(level) :])
            assert {len(level) + m.end() for m in cells} <= ends


def test_a_long_label_is_folded_and_a_narrow_terminal_goes_without_the_ratio(labelled: Path) -> None:
    file = labelled / "model.yaml"
    file.write_text(
        file.read_text().replace("Under 2,500 g [low]", "Any other weight at birth under 2,500 grams")
    )
    grouped = count_groups(ask_groups(labelled, factors=["weight"]), 2)
    narrow, wide = (("\n".join(line for line, _ in table_lines(grouped, width))) for width in (50, 120))
    assert "Any other weight at birth\n" not in wide
    assert "under 2,500 grams" in wide
    assert "to all" in wide
    assert "to all" not in narrow
    assert all(word in narrow for word in ("Any other", "weight at", "2,500 grams"))
