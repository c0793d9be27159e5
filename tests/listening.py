"""The page's server on a port of this machine, for tests that need a real one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread

from scenarios.web.app import LIMITS, Desk, Limits, Served, make_app
from scenarios.web.door import hosts_of
from scenarios.web.serving import Serving, take_place
from scenarios.web.static_files import StaticFile
from scenarios.web.who import Names


@contextmanager
def served_at_a_port(
    desk: Desk, static: Mapping[str, StaticFile], limits: Limits = LIMITS
) -> Iterator[tuple[str, Served]]:
    """A real server on a free port of this machine; its address."""
    place = take_place("127.0.0.1", 0)
    served = make_app(
        desk, static, hosts=hosts_of(place.names, place.port), names=Names("simcore"), limits=limits
    )
    begun = Event()
    serving = Serving(served.app, place, ready=begun.set, ending=served.server.close)
    thread = Thread(target=serving.run)
    thread.start()
    begun.wait()
    try:
        yield place.address().rstrip("/"), served
    finally:
        serving.end()
        thread.join()
