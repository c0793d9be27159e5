"""The answer on a terminal of any width: every number whole, and the notes true."""

from __future__ import annotations

import copy
import io
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenarios.figures import Figure, is_small
from scenarios.rows import summary_rows
from scenarios.section_table import cells_of
from scenarios.sections import SECTIONS
from scenarios.table import FOOT, print_answer
from tests.conftest import ARMS, Ran

ANSI = re.compile(r"\x1b\[[0-9;]*m")
COLOUR = re.compile(r"\x1b\[[0-9;]*(3[0-8]|4[0-8]|9[0-7])[0-9;]*m")
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?%?")
FOR = (
    "For: comparing national policies on infant deaths in England, by size, by whom and how sure. "
    "Not for: forecasting deaths, one baby, hospital or council, or proof that a policy works."
)
WIDTHS = (30, 40, 60, 80, 100, 129, 130, 200)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(
    summary: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    width: int | None,
    out: Path | None = None,
    show: tuple[str, ...] = (),
) -> str:
    """What is printed on a terminal of so many columns, or to a pipe."""
    file = io.StringIO() if width is None else Terminal()
    monkeypatch.setenv("COLUMNS", str(width or 40))
    monkeypatch.setenv("TERM", "xterm-256color")
    with monkeypatch.context() as m:
        m.setattr(sys, "stdout", file)
        print_answer(summary, out, show)
    return file.getvalue()


@pytest.fixture
def large(compared: Ran) -> dict[str, Any]:
    """The same answer with the longest numbers that one may meet."""
    summary = copy.deepcopy(compared.summary)
    for i, arm in enumerate(summary["arms"]):
        sign = -1 if i else 1
        for at in (arm["deaths_averted"], *arm["variants"].values()):
            at["mean"] = sign * 12_345_678.9
            at["interval95"] = [sign * 11_222_333.4, sign * 99_888_777.6]
            at["mc_error"] = 123_456.7
        arm["percent"] = sign * 102.25
        arm["most_deprived_fifth"]["mean"] = sign * 4_567_890.1
    return summary


def test_people_whom_margins_fix_are_known_and_not_from_a_number_to_the_same(
    compared: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = compared.summary["arms"][0]["people"]
    assert 0 < np.ptp(people["cessation_offer:eligible"]["interval95"]) < 0.01
    text = printed(compared.summary, monkeypatch, None)
    (eligible,) = (line for line in text.splitlines() if "cessation_offer:eligible" in line)
    (reached,) = (line for line in text.splitlines() if "cessation_offer:reached" in line)
    assert eligible.split()[-1] == "known" and " to " in reached


def numbers_of(text: str) -> set[str]:
    """Every number, as it stands: half of one is another number."""
    return set(NUMBER.findall(ANSI.sub("", text)))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("which", ["plain", "large"])
def test_every_number_is_whole_at_any_width(
    which: str, width: int, compared: Ran, large: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = compared.summary if which == "plain" else large
    wide, narrow = (printed(summary, monkeypatch, w) for w in (400, width))
    assert "12,345,679" in ANSI.sub("", wide) or which == "plain"
    assert numbers_of(narrow) == numbers_of(wide)
    assert "…" not in narrow
    lines = ANSI.sub("", narrow).splitlines()
    assert max(len(line) for line in lines) <= width


def test_a_number_cut_in_two_would_be_seen(compared: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = printed(compared.summary, monkeypatch, 200)
    assert numbers_of(wide.replace("1,127,122", "1,127,1\n22")) != numbers_of(wide)


@pytest.mark.parametrize("width", [40, 200])
def test_the_names_stand_in_the_order_given(
    width: int, compared: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = ANSI.sub("", printed(compared.summary, monkeypatch, width))
    places = [text.index(f"\n {name}" if width > 80 else f"\n{name}") for name in ARMS]
    assert places == sorted(places)
    assert text.index("current_policy") < places[0]


def test_a_pipe_has_the_whole_table_whatever_columns_says(
    compared: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = printed(compared.summary, monkeypatch, None)
    assert "\x1b" not in text
    row = next(line for line in text.splitlines() if line.startswith(" child_poverty_35 "))
    arm = compared.summary["arms"][1]
    low, high = arm["deaths_averted"]["interval95"]
    assert row.split() == [
        "child_poverty_35",
        f"{arm['deaths_averted']['mean']:,.0f}",
        f"{low:,.0f}",
        "to",
        f"{high:,.0f}",
        f"{arm['percent']:.2f}",
        f"{arm['per_1000_births']:.3f}",
        f"{arm['most_deprived_fifth']['mean']:,.0f}",
        f"{arm['least_deprived_fifth']['mean']:,.1f}",
        f"{arm['p_positive']:.2f}",
        f"{arm['deaths_averted']['mc_error']:.2g}",
        f"{arm['final_year']['deaths_averted']['mean']:,.0f}",
    ]


def test_no_colour_where_none_is_wanted(compared: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert not COLOUR.search(printed(compared.summary, monkeypatch, 100))


def test_the_foot_says_what_the_answer_is_for_and_not_for(
    compared: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = " ".join(printed(compared.summary, monkeypatch, None).split())
    assert f"{FOR} {FOOT}" in text
    assert (
        "Structure: child_poverty=as-published, poverty_to_smoking=off, smoking_contrast=at-booking," in text
    )
    assert "unproven_effects=neutral, trend=hold." in text
    assert "12 draws of 2,000 births, expected deaths, seed 1" in text


@pytest.mark.parametrize(
    ("baseline", "arms", "said"),
    [
        (
            (0.02, False),
            ((0.001, False), (0.031, False), (0.01, False)),
            "Monte Carlo variance is at most 3.1% of the variance between draws, and is left in.",
        ),
        (
            (0.3, True),
            ((0.2, True), (0.031, False), (0.01, False)),
            "Monte Carlo variance was taken out of the interval of deaths under current_policy, smoking_cessation. "
            "Elsewhere it is at most 3.1% of the variance between draws, and is left in.",
        ),
        (
            (2.0, False),
            ((0.2, True), (0.6, True), (0.1, True)),
            "was taken out of the interval of smoking_cessation, child_poverty_35, smoking_halved. The interval "
            "of deaths under current_policy is wide from too few births, and nothing could be taken out: ask for "
            "more (--births).",
        ),
    ],
)
def test_the_notes_say_which_intervals_hold_monte_carlo_error(
    baseline: tuple[float, bool],
    arms: tuple[tuple[float, bool], ...],
    said: str,
    compared: Ran,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    summary = copy.deepcopy(compared.summary)
    headlines = [summary["baseline"]["deaths"], *(arm["deaths_averted"] for arm in summary["arms"])]
    for at, (share, removed) in zip(headlines, (baseline, *arms), strict=True):
        at |= {"mc_variance_share": share, "mc_variance_removed": removed}
    assert said in " ".join(printed(summary, monkeypatch, None).split())


def test_one_year_is_one_year_and_a_folder_is_no_markup(
    compared: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = {**compared.summary, "years": [2029]}
    text = printed(summary, monkeypatch, None, Path("out/[bold]x"))
    assert "current_policy, 2029: " in text
    assert "Written to out/[bold]x/: results.nc" in text
    assert "current_policy, 2029-2030: " in printed(compared.summary, monkeypatch, None)


def test_structures_that_are_not_solved_beside_the_one_chosen_are_named(
    compared: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compared.summary["not_solved"] == []
    assert "Not shown" not in printed(compared.summary, monkeypatch, None)
    summary = {**compared.summary, "not_solved": ["trend=trend", "child_poverty=half"]}
    text = " ".join(printed(summary, monkeypatch, None).split())
    assert "there is no posterior of them beside this structure: trend=trend, child_poverty=half." in text
    summary["run"] = {**summary["run"], "posterior": None}
    text = " ".join(printed(summary, monkeypatch, None).split())
    assert "no draws are solved for them beside this structure: trend=trend, child_poverty=half." in text


def test_another_model_is_told_in_its_own_words(compared: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = copy.deepcopy(compared.summary)
    summary["words"] = {"deaths": "falls", "births": "people over 75", "short": "people", "use": ""}
    del summary["baseline"]["imr_by_fifth"]
    summary["structure"], summary["sections"] = {}, {}
    for arm in summary["arms"]:
        del arm["most_deprived_fifth"], arm["least_deprived_fifth"]
        arm["variants"] = {}
    text = printed(summary, monkeypatch, None)
    said = " ".join(text.split())
    assert "1,127,122 people over 75, 4,1" in said and " falls (" in said
    assert "Falls averted against current_policy" in said
    assert "People at each step of an intervention" in said
    assert "12 draws of 2,000 people, expected deaths" in said
    assert said.endswith(FOOT)
    assert not re.search("infant|live births|fifth|For:|Structure|England", text)
    assert "deaths under" not in said
    units = {row["unit"] for row in summary_rows(summary)}
    assert {"falls", "people over 75"} <= units
    assert not any("birth" in unit or "death" in unit for unit in units)


def test_an_exact_zero_is_0_and_small_counts_have_a_decimal(
    compared: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = printed(compared.summary, monkeypatch, None)
    structures = text.partition("The same under other structures")[2]
    row = re.search(r"child_poverty_35 +(.*)", structures)
    assert row is not None
    # as chosen, then half, then zero
    assert row[1].split()[2] == "0"
    summary = copy.deepcopy(compared.summary)
    summary["arms"][0]["deaths_averted"] |= {"mean": 3.14159, "interval95": [-0.26, 9.96]}
    assert re.search(r"smoking_cessation +3\.1 +-0\.3 to 10\.0 ", printed(summary, monkeypatch, None))


def test_structures_are_columns_unless_their_intervals_are_asked_for(
    compared: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = printed(compared.summary, monkeypatch, None)
    assert "Other structures, with intervals" not in plain
    shown = printed(compared.summary, monkeypatch, None, show=("structures",))
    zero = re.search(r"child_poverty_35 +child_poverty=zero +(.*)", shown)
    assert zero is not None
    assert zero[1].split()[:4] == ["0", "0", "to", "0"]


def test_sections_are_printed_when_asked_for_and_every_number_is_in_the_answer(
    compared: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, section in SECTIONS.items():
        assert section.title not in printed(compared.summary, monkeypatch, None)
        shown = printed(compared.summary, monkeypatch, None, show=(name,))
        assert section.title in shown
        for at in compared.summary["sections"][name]:
            assert cells_of(at)[4] in shown or at.get("in_files_alone")


def test_small_counts_are_shown_with_a_word_on_disclosure(
    compared: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = next(iter(SECTIONS))
    summary = copy.deepcopy(compared.summary)
    summary["sections"][name] = [Figure("offer", "deaths", "imd_decile 3", 4.2, "deaths").as_dict()]
    assert "rules on disclosure" not in printed(summary, monkeypatch, None, show=(name,))
    summary["sections"][name][0] |= is_small(4.2)
    assert "rules on disclosure" in " ".join(printed(summary, monkeypatch, None, show=(name,)).split())


def test_what_nobody_claims_is_named_below_the_table(compared: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = copy.deepcopy(compared.summary)
    for arm, status in zip(summary["arms"], ("effective", "what_if", "null"), strict=True):
        arm["evidence"] = {"grade": "A", "status": status, "summary": "made up"}
    said = " ".join(printed(summary, monkeypatch, None).split())
    first, second, third = (arm["name"] for arm in summary["arms"])
    assert f"What if, and no more: {second}." in said
    assert f"Studies found no effect, or there is none to use: {third}." in said
    assert f"no more: {first}" not in said
    summary["arms"] = summary["arms"][:1]
    said = printed(summary, monkeypatch, None)
    assert "What if" not in said and "Studies found" not in said


def test_rows_have_units_and_one_shape(compared: Ran) -> None:
    rows = summary_rows(compared.summary)
    assert len({tuple(row) for row in rows}) == 1
    assert all(row["unit"] for row in rows)
    assert {"mc_error", "draw_error", "mc_variance_removed", "draws", "low95", "high95"} <= set(rows[0])
