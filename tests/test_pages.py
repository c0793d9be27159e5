"""What the pages show is what happens: docs/models.md is run as it stands, docs/engine.md keeps its examples."""

from __future__ import annotations

import math
import re
import shlex
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from simcore.load import load_model
from simcore.program import compile_natural
from simcore.solved import read_central, read_draws
from tests.conftest import ROOT, Call
from tests.page import Page, rewrite, run_outside, tidied

DOCS = ROOT / "docs"
MODELS = (DOCS / "models.md").read_text(encoding="utf-8")
ADDRESS = re.compile(r"\S+\.(csv|yaml):\d+")
ENGINE = (DOCS / "engine.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "commands"), [("models.md", 11), ("scenarios.md", 10)])
def test_every_command_of_a_page_prints_what_the_page_says(
    name: str, commands: int, simcore: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outside = run_outside(tmp_path)
    wrong: dict[str, tuple[str, str]] = {}
    asked = 0
    for line, shown, _ in Page((DOCS / name).read_text(encoding="utf-8"), tmp_path).commands():
        program, *words = shlex.split(line)
        if program == "simcore":
            done = simcore(*words)
            printed = done.stdout + done.stderr
            assert done.status == (2 if ADDRESS.match(shown) else 0), printed
        else:
            printed = outside([program, *words])
        asked += 1
        if tidied(printed) != shown:
            wrong[line] = (shown, tidied(printed))
    assert asked == commands
    assert wrong == {}, f"`python -m tests.page docs/{name}` writes it anew"


@pytest.fixture
def skerry(tmp_path: Path) -> Path:
    """The folder of the model that the page builds."""
    page = Page(MODELS, tmp_path)
    for _ in page.commands():
        pass
    return tmp_path / "skerry"


def test_the_margin_of_the_page_on_the_engine_is_kept_whatever_the_odds_ratio(skerry: Path) -> None:
    """41% of homes in the hills were cold in 2030, and the odds of the frail are 1.5 times those of the robust."""
    assert "41% of homes in the hills were cold in 2030" in flat(ENGINE)
    model = load_model(skerry)
    structure = model.structure()
    for draws in (read_central(model, structure), read_draws(model, structure, 50)):
        table = compile_natural(model, structure, draws, (2030,)).network["cold_home"].tables[0]
        robust, frail = (table[:, 0, 1, level, 1] for level in (0, 1))
        assert 0.70 * robust + 0.30 * frail == pytest.approx(0.41)
        odds = frail / (1 - frail) / (robust / (1 - robust))
        assert odds == pytest.approx(draws["or_frail_cold"])
    assert read_central(model, structure)["or_frail_cold"] == 1.5


def test_the_clock_of_the_page_on_the_engine_rings_when_it_says(skerry: Path) -> None:
    model = load_model(skerry)
    early, late = model.baseline[0, list(model.spec.deaths.causes).index("chest")]
    assert (early, late) == (0.004, 0.003)
    ratio = model.spec.parameters["hr_cold_chest"].value.central
    needed = -math.log(1 - 0.005)
    assert early < needed < early + late
    warm = 60 + (needed - early) / late * (121 - 60)
    cold = needed / (ratio * early) * 60
    said = flat(ENGINE)
    assert (
        f"needs {needed:.5f}: not reached by day 60, but a third into what is left, on day {int(warm)}"
        in said
    )
    assert f"at {ratio} times the hazard, it rings on day {int(cold)}" in said


SMALL = """\
**`a/b.csv`**

```csv
x
1
```

**`a/b.csv`**

```diff
-1
+2
```

```console
$ cat a/b.csv
x
2
$ head -n 1 a/b.csv
y
```

```console
$ cat a/b.csv
x
1
```
"""


def test_a_page_is_run_as_a_reader_would_and_a_wrong_line_is_seen(tmp_path: Path) -> None:
    run = run_outside(tmp_path)
    found = [(shown, tidied(run(shlex.split(line)))) for line, shown, _ in Page(SMALL, tmp_path).commands()]
    assert found == [("x\n2\n", "x\n2\n"), ("y\n", "x\n"), ("x\n1\n", "x\n1\n")]
    page = tmp_path / "page.md"
    page.write_text(SMALL)
    rewrite(page)
    assert page.read_text() == SMALL.replace("a/b.csv\ny\n", "a/b.csv\nx\n")


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", ["engine.md", "models.md"])
def test_every_link_of_a_page_leads_to_a_file(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", (DOCS / name).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (DOCS / link).is_file()] == []


def test_the_files_that_the_page_on_the_engine_names_are_there() -> None:
    rooms = re.findall(r"^\| ((?:`[^`|]+`(?:, )?)+) \|", ENGINE, re.MULTILINE)
    named = [name for room in rooms for name in re.findall(r"`([^`]+)`", room) if name.endswith((".py", "/"))]
    assert len(named) > 10
    assert [n for n in named if not (ROOT / n).exists() and not (ROOT / "simcore" / n).exists()] == []
    kernels = {path.name for path in (ROOT / "simcore" / "kernels").glob("*.py")} - {"__init__.py"}
    assert kernels - {*re.findall(r"`(\w+\.py)`", ENGINE)} == set(), "say on the page what they are for"


def test_the_picture_brings_its_own_paper_and_is_told_in_words() -> None:
    """An image in a page has the page's background: white or black."""
    picture = ET.parse(DOCS / "road.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    paper = next(iter(picture.findall(f"{space}rect")))
    width, height = map(float, picture.attrib["viewBox"].split()[2:])
    assert paper.attrib["fill"] == "#ffffff"
    assert float(paper.attrib["width"]) > width - 5
    assert float(paper.attrib["height"]) > height - 5
    words = [picture.find(f"{space}{part}") for part in ("title", "desc")]
    assert all(part is not None and part.text for part in words)
    assert not re.search(r"<(script|foreignObject|image|style)|href", (DOCS / "road.svg").read_text())
