"""``simcore predict``: deaths of any year from a posterior, with predictive intervals."""

from __future__ import annotations

import json

import click

from simcore.cli.common import parse_years

EXAMPLES = """\b
simcore predict england_2010_2020 --years 2021-2022 --by imd_decile
simcore predict england_2010_2020 --years 2018-2034 --by all
simcore predict my_fit.nc --years 2021 --births births_2021.csv --json
"""


@click.command(epilog=EXAMPLES)
@click.argument("posterior")
@click.option(
    "--years", required=True, metavar="SPAN", help="2021-2022 or 2021; from the first year fitted on."
)
@click.option("--by", metavar="NAME", help="The stratum, as imd_decile, or `all`; the stratum if not given.")
@click.option(
    "--births", metavar="FILE", help="A table: year, the stratum, births. Those of the model if not given."
)
@click.option("--model", metavar="FOLDER", help="The model, where it does not ship.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON on standard output.")
def command(
    posterior: str,
    years: str,
    by: str | None,
    births: str | None,
    model: str | None,
    seed: int,
    as_json: bool,
) -> None:
    """Print deaths to expect in years observed or not, by age and stratum, from POSTERIOR (a file or a shipped name).

    Intervals are of what may be counted: they hold what is not known of parameters, the effect of the year, and
    chance. After the last year fitted, effects go on as a random walk, level in the middle.
    """
    span = parse_years(years)
    from calibration.predict import predict

    found = predict(posterior, list(span), by=by, births=births, model=model, seed=seed)
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=1))
        return
    from simcore.cli.predict_table import print_prediction

    print_prediction(found)
