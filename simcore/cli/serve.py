"""``simcore serve``: the page, on this machine."""

from __future__ import annotations

import click

from simcore.cli.common import births_option, default_threads, model_option, seed_option, threads_option
from simcore.cli.progress import Progress

EXAMPLES = """\b
simcore serve
simcore serve --port 8000 --draws 200
simcore serve --host 0.0.0.0 --name office-pc --open-to-network
"""
SHORTEST_TOKEN = 16
"""That of :mod:`scenarios.web.who`, told here so that help is quick."""


@click.command(epilog=EXAMPLES)
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, metavar="N")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Where to listen. Any address but this machine's own needs --open-to-network.",
)
@click.option(
    "--open-to-network",
    is_flag=True,
    help="Let other machines in, with a token. Nothing is encrypted: on a network that is not trusted, stand behind a "
    "proxy that speaks HTTPS.",
)
@click.option(
    "--token",
    metavar="TEXT",
    help=f"With --open-to-network: what opens the page, {SHORTEST_TOKEN} characters or more; made and printed if not "
    "given, for others on this machine may see what stands on a command line.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="HOST",
    help="With --open-to-network: a name or address by which browsers ask for this machine (repeatable). Requests "
    "under any other are refused.",
)
@model_option
@click.option(
    "--draws",
    type=click.IntRange(2),
    show_default="500, or as many as ship",
    metavar="N",
    help="Draws of a full answer.",
)
@births_option
@seed_option
@threads_option
def command(
    port: int,
    host: str,
    open_to_network: bool,
    token: str | None,
    names: tuple[str, ...],
    model: str,
    draws: int | None,
    births: int,
    seed: int,
    threads: int | None,
) -> None:
    """Open a page in the browser on which policies are moved and the answer follows.

    The page runs on this machine and asks no other. Full answers have the numbers of `simcore compare`.
    """
    try:
        from scenarios.web import serving
        from scenarios.web.static_files import read_static
    except ModuleNotFoundError as missing:
        raise _no_web(missing) from None
    from simcore.picture_files import NoCharts, require_charts

    loopback = serving.is_loopback(host)
    _check_network(host, loopback, open_to_network, token, names)
    try:
        require_charts()
    except NoCharts as missing:
        raise click.UsageError(str(missing)) from None
    from scenarios.live.desk import Desk
    from scenarios.report.vega import vega_bundle
    from scenarios.web.app import Limits, make_app
    from scenarios.web.door import hosts_of
    from scenarios.web.memory import take_from_few_places
    from scenarios.web.who import Names
    from simcore.cli.report_checks import gather_checks

    take_from_few_places()
    place = serving.take_place(host, port, names)
    asked = token or serving.new_token() if open_to_network else None
    processors = threads or default_threads()
    try:
        desk = Desk(model, draws=draws, births=births, seed=seed, threads=processors)
        app, server = make_app(
            desk,
            read_static(vega_bundle()),
            # a proxy's name is asked for without this port
            hosts=hosts_of(place.names, place.port) | {name.lower() for name in names},
            names=Names(f"simcore_{place.port}", asked),
            limits=Limits(quick=max(processors - 1, 1), threads=processors),
            checks=gather_checks,
        )
    except BaseException:
        place.listening.close()
        raise

    with Progress("draws") as progress:

        def ready() -> None:
            click.echo(place.address(asked))
            click.echo("Ctrl-C ends it", err=True)
            server.prepare(progress.tick)

        serving.Serving(app, place, ready=ready, ending=server.close).run()


def _check_network(
    host: str, loopback: bool, open_to_network: bool, token: str | None, names: tuple[str, ...]
) -> None:
    """What lets other machines in is asked for in so many words."""
    if not loopback and not open_to_network:
        raise click.UsageError(
            f"--host {host} lets other machines in; add --open-to-network if that is meant, and they will need a token"
        )
    if not open_to_network and (token is not None or names):
        raise click.UsageError("--token and --name go with --open-to-network")
    if loopback and open_to_network and not names:
        raise click.UsageError(
            f"{host} is reached from this machine alone; choose another --host, or name the proxy's name with --name"
        )
    if token is not None and len(token) < SHORTEST_TOKEN:
        raise click.UsageError(
            f"--token has {len(token)} characters; {SHORTEST_TOKEN} at least, or leave it out and one is made"
        )


def _no_web(missing: ModuleNotFoundError) -> Exception:
    """The extra is not installed: said as what to do. Anything else that is missing is a fault here."""
    if (missing.name or "").partition(".")[0] in ("starlette", "uvicorn"):
        return click.UsageError(
            "the page needs starlette and uvicorn: install them with `pip install 'simcore[web]'`"
        )
    return missing
