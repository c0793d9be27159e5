"""Deaths over draws that were not run: the central draw, spread as full answers spread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from scenarios.live.anchors import Anchors
from scenarios.live.asked import Asked, Reader
from scenarios.live.averted import Deaths, margins_of
from scenarios.live.bounded import Bounded
from scenarios.live.kept import kept_in, read_kept, write_kept
from scenarios.live.levers import in_order
from scenarios.live.response import Anchor, spread
from scenarios.live.stage import Key, Stage
from scenarios.margins import IMD, Margins
from scenarios.recorded import record_of
from scenarios.running import Tick, blocks_of
from scenarios.schema import Scenario
from simcore.run import Settings
from simcore.store import fingerprint

AT_ONCE = 4
"""Levers that are run together while answers are prepared."""
ROUGH_DRAWS, ROUGH_BIRTHS = 20, 1_000
"""Draws that say how far draws lie apart where no full answer does."""
PREPARING = "preparing quick answers"
BEFORE = ""
"""Under which deaths of the comparator are kept."""
MOST_CENTRAL = 200
"""Policies of which the central draw is kept."""


class Estimates:
    """What quick answers are made from. Threads may share it.

    Parameters
    ----------
    home
        The stage for which levers are prepared.
    draws, settings
        Of full answers.
    """

    def __init__(self, reader: Reader, home: Stage, draws: int, settings: Settings) -> None:
        self.reader, self.home, self.draws, self.settings = reader, home, draws, settings
        strata = list(reader.model.strata)
        self._axis = strata.index(IMD) if IMD in strata else None
        self.anchors = Anchors(home.key, home.before)
        self._central: Bounded[tuple[Key, str], tuple[Deaths, Margins]] = Bounded(MOST_CENTRAL)

    def of(self, asked: Asked) -> Margins:
        """Margins of the comparator and of what is asked, over draws that were not run."""
        stage = asked.stage
        central, like = self.central(asked)
        before = self.anchors.deaths(stage.key, stage.before)
        whole = self.anchors.of(asked, central)
        alone: list[tuple[Deaths, Anchor | None]] = [(central, whole)]
        if whole is None and len(asked.state.policy) > 1:
            parts = [(self.central(part)[0], part) for part in self.reader.parts(asked)]
            alone = [(averts, self.anchors.of(part, averts)) for averts, part in parts]
        averted = spread(central, alone, stage.before.mean)
        if averted is None:
            rough = self.anchors.rough.get((stage.key, asked.on)) or self._rough(asked)
            averted = spread(central, [(central, rough)], stage.before.mean) or central
        if 1 < averted.draws < before.draws:
            before = before.first(averted.draws)
        return margins_of((stage.comparator.name, asked.scenario.name), (before, before - averted), like)

    def central(self, asked: Asked) -> tuple[Deaths, Margins]:
        """What is averted in the central draw, and the margins of the arm there."""
        key = asked.stage.key, asked.scenario.document.digest
        found = self._central.get(key)
        if found is None:
            margins = asked.stage.margins(asked.scenario)
            found = asked.stage.before - Deaths.of(margins, 0), margins
            self._central.put(key, found)
        return found

    def _rough(self, asked: Asked) -> Anchor:
        """How draws lie apart, from a few of them."""
        settings = Settings(seed=self.settings.seed, births=ROUGH_BIRTHS, people=False)
        margins = self.run(asked.stage, [asked.scenario], min(ROUGH_DRAWS, self.draws), settings)
        averted = Deaths.of(margins, 0) - Deaths.of(margins, 1)
        anchor = Anchor(averted.average(), averted, elsewhere=True)
        self.anchors.rough.put((asked.stage.key, asked.on), anchor)
        return anchor

    def run(
        self,
        stage: Stage,
        scenarios: Sequence[Scenario],
        draws: int,
        settings: Settings,
        told: Callable[[int], None] = lambda done: None,
    ) -> Margins:
        """Deaths of the comparator and of some scenarios, every draw run; ``told`` of draws done after each block."""
        parts, done = [], 0
        for _, block in blocks_of(stage.question(scenarios), stage.structure, range(draws), settings):
            parts.append(Margins.of(self.reader.model, block))
            done += block.index.size
            told(done)
        return Margins.join(parts)

    def learn(self, asked: Sequence[Asked], margins: Margins) -> None:
        """Keep a full answer to several policies, to lean on; not one of fewer draws, which fits no other."""
        before = Deaths.of(margins, 0)
        if before.draws < self.draws:
            return
        for arm, one in enumerate(asked, start=1):
            self.anchors.before.put(one.stage.key, before)
            anchor = Anchor(self.central(one)[0], before - Deaths.of(margins, arm), axis=self._axis)
            self.anchors.learned.put((one.stage.key, one.on), anchor)

    def prepare(self, tick: Tick = lambda what, done, of: None, threads: int = 1) -> None:
        """Answer every lever by itself in full, or read such answers from the user's cache.

        Each is leaned on as soon as it is there. ``tick`` is called between blocks of draws, and may raise to end it.
        """
        levers = [lever.id for lever in in_order(self.reader.levers.values(), self.reader.model)]
        asked = {name: self.reader.read(self._alone(name)) for name in levers}
        question = self.home.question([one.scenario for one in asked.values()])
        place = kept_in(fingerprint(record_of(question, self.draws, self.settings)))
        kept = read_kept(place) or {}
        of = self.draws * -(-len(levers) // AT_ONCE)
        if set(kept) == {BEFORE, *levers}:
            self._lean_on(asked, kept)
        else:
            kept, settings = {}, replace(self.settings, threads=threads)
            for batch, first in enumerate(range(0, len(levers), AT_ONCE)):
                some = {name: asked[name] for name in levers[first : first + AT_ONCE]}
                begun = batch * self.draws

                def told(done: int, begun: int = begun) -> None:
                    tick(PREPARING, begun + done, of)

                told(0)
                scenarios = [one.scenario for one in some.values()]
                margins = self.run(self.home, scenarios, self.draws, settings, told)
                kept[BEFORE] = Deaths.of(margins, 0)
                for arm, name in enumerate(some, start=1):
                    kept[name] = kept[BEFORE] - Deaths.of(margins, arm)
                self._lean_on(some, kept)
            write_kept(place, kept)
        tick(PREPARING, of, of)

    def _lean_on(self, asked: Mapping[str, Asked], kept: Mapping[str, Deaths]) -> None:
        """Take answers of levers by themselves as prepared."""
        self.anchors.home_before = kept[BEFORE] if kept else None
        for name, one in asked.items():
            self.anchors.prepared[name] = Anchor(self.central(one)[0], kept[name], axis=self._axis)

    def _alone(self, lever: str) -> dict[str, object]:
        """The state in which a lever is on as its file has it, and nothing else."""
        return {"v": 1, "years": [self.home.years[0], self.home.years[-1]], "policy": [{"lever": lever}]}
