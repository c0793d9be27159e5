"""``simcore sources``: every figure of a model with its source, grade and rule, and what is assumed."""

from __future__ import annotations

import json

import click

EXAMPLES = """\b
simcore sources                                     each parameter, each table in a line, every source
simcore sources --for smoking                       all that bears on a variable or a parameter
simcore sources --grade D                           what is assumed
simcore sources --table births --rows               every row of a table
simcore sources --assumptions --text Scotland
simcore sources my_model/ --check                   what has no source, rule or use; exit status 3 if anything
"""
FAULTY = 3
"""Exit status where ``--check`` finds something."""


@click.command(epilog=EXAMPLES)
@click.argument("model", default="england")
@click.option("--for", "about", metavar="NAME", help="Rows that bear on a variable or a parameter.")
@click.option("--key", "source", metavar="SOURCE", help="Rows from one source.")
@click.option("--grade", metavar="A-D", help="Rows of one grade: A strong, B fair, C weak, D assumed.")
@click.option("--rule", metavar="NAME", help="Rows read one way: published, assumption, or a rule's name.")
@click.option("--table", metavar="NAME", help="Rows of one table, or of model.yaml.")
@click.option("--text", metavar="WORD", help="Rows that hold a word, large or small letters.")
@click.option("--rows", is_flag=True, help="Every row by itself; else rows alike are told in one line.")
@click.option("--assumptions", is_flag=True, help="The assumptions instead, of the rows asked for.")
@click.option("--check", is_flag=True, help="What hangs on nothing: prints it, and ends with exit status 3.")
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON on standard output.")
def command(
    model: str,
    about: str | None,
    source: str | None,
    grade: str | None,
    rule: str | None,
    table: str | None,
    text: str | None,
    rows: bool,
    assumptions: bool,
    check: bool,
    as_json: bool,
) -> int:
    """Print the ledger of MODEL (a shipped name or a folder): its figures, then their rules and sources.

    Each with its interval, unit, population, place and period, its grade, how it was read and where it is used.
    Filters add up: rows are printed for which all of them hold.
    """
    from simcore.ledger import Asked, orphans, read_ledger

    ledger = read_ledger(model)
    if check:
        found = orphans(ledger)
        for problem in found:
            click.echo(str(problem))
        click.echo(f"{len(ledger.rows):,} figures, {len(found)} without a hold", err=True)
        return FAULTY if found else 0
    from simcore.cli.sources_table import assumptions_json, ledger_json, print_assumptions, print_ledger
    from simcore.ledger.choose import chosen, chosen_assumptions

    asked = Asked(about, source, grade, rule, table, text)
    if assumptions:
        log = chosen_assumptions(ledger, asked)
        if as_json:
            click.echo(json.dumps(assumptions_json(ledger, log), indent=1, ensure_ascii=False))
        else:
            print_assumptions(ledger, log)
        return 0
    found_rows = chosen(ledger, asked)
    if as_json:
        click.echo(json.dumps(ledger_json(ledger, found_rows), indent=1, ensure_ascii=False))
    else:
        print_ledger(ledger, found_rows, every=rows)
    return 0
