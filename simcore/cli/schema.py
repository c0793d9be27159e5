"""``simcore schema``: the JSON Schema of a kind of file, for editors."""

from __future__ import annotations

from importlib.resources import files

import click

from simcore.problems import hint

SCHEMAS = {
    "scenario": ("scenarios", "scenario.schema.json", "what to change, and how: `simcore compare`"),
    "calibration": (
        "calibration",
        "calibration.schema.json",
        "what a model is fitted to: `simcore calibrate`",
    ),
    "sweep": ("calibration", "sweep.schema.json", "many calibrations as one grid: `simcore sweep`"),
}
"""Package, file, and what such files say."""
EXAMPLES = """\b
simcore schema
simcore schema scenario > scenario.schema.json
"""


@click.command(epilog=EXAMPLES)
@click.argument("kind", required=False, metavar="[KIND]")
def command(kind: str | None) -> None:
    """Print the JSON Schema (2020-12) that editors check and complete files of KIND with; without one, list them.

    An editor with a YAML language server finds it where the first line of a file says
    `# yaml-language-server: $schema=PATH`.
    """
    if kind is None:
        for name, (package, file, says) in SCHEMAS.items():
            click.echo(f"{name:<12}{says}; {package}/{file}")
        return
    if kind not in SCHEMAS:
        raise click.BadParameter(f"no schema of `{kind}`; {hint(kind, SCHEMAS)}", param_hint="KIND")
    package, file, _ = SCHEMAS[kind]
    click.echo((files(package) / file).read_text(encoding="utf-8").rstrip("\n"))
