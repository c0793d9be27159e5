"""Pictures are written whole: PNG and SVG, with their words inside, or nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from scenarios.charts.catalogue import charts_of
from scenarios.charts.files import WIDE, write_pictures
from simcore import picture_files
from simcore.picture_files import DENSITY, NoCharts
from tests.answers import answer_of, arm

PICTURE = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def answer() -> dict[str, object]:
    return answer_of(
        arm("offer", 20.0, (10.0, 30.0), title="An <offer> & more"),
        arm("assumed", 900.0, (800.0, 1000.0), evidence=("C", "what_if")),
    )


def test_each_is_a_png_for_slides_and_an_svg_that_says_what_it_shows(
    answer: dict[str, object], tmp_path: Path
) -> None:
    charts = charts_of(answer, wide=True)
    written = write_pictures(charts, tmp_path / "figures")
    names = [f"{chart.name}.{kind}" for chart in charts for kind in ("svg", "png")]
    assert [path.name for path in written] == names
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == sorted(names)
    for chart, (svg, png) in zip(charts, zip(written[::2], written[1::2], strict=True), strict=True):
        root = ElementTree.parse(svg).getroot()
        assert root.get("role") == "img" and root.get("aria-labelledby") == "title words"
        assert [root[0].tag, root[0].text] == [f"{PICTURE}title", chart.title]
        assert [root[1].tag, root[1].text] == [f"{PICTURE}desc", chart.words]
        content = png.read_bytes()
        assert content[:8] == b"\x89PNG\r\n\x1a\n" and int.from_bytes(content[16:20]) == DENSITY * WIDE


def test_a_write_that_fails_leaves_no_part_and_the_old_picture(
    answer: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (chart, _) = charts_of(answer)
    write_pictures([chart], tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(source: object, target: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(picture_files.os, "replace", full)
    with pytest.raises(OSError, match="no space"):
        write_pictures([chart], tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_without_the_extra_the_error_says_what_to_install_and_nothing_is_written(
    answer: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(NoCharts, match=r"pip install 'simcore\[charts\]'"):
        write_pictures(charts_of(answer), tmp_path / "figures")
    assert not (tmp_path / "figures").exists()
