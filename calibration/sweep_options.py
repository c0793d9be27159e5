"""What the options of a sweep change of its config: values by path, each with where the sweep file says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from calibration.schema import Calibration, Counts
from calibration.sweep_schema import Option, Sweep
from simcore.problems import Loc, Problem, hint

Chosen = Mapping[str, str]
"""Options by choice; a choice that is not in it is as the config has it."""
PLACES = {"priors": "parameters.priors.{}", "likelihood": "targets.{}.likelihood", "variants": "variants.{}"}
"""What has a key of its own in an option, and where it stands in a config."""


@dataclass(frozen=True)
class Options:
    """A sweep and the config that it starts from."""

    sweep: Sweep
    base: Calibration

    def every(self) -> Iterator[tuple[str, str, Option]]:
        """Choice, name of the option, option."""
        for choice, options in self.sweep.grid.items():
            for name, option in options.items():
                yield choice, name, option

    def changes(self, chosen: Chosen) -> dict[str, object]:
        """All that the options of a cell change, as :func:`calibration.read.read_calibration` takes it."""
        found: dict[str, object] = {}
        dropped: list[str] = []
        added: list[str] = []
        for choice, option in chosen.items():
            given = self.sweep.grid[choice][option]
            dropped += given.drop
            added += given.add
            found |= {path: value for path, (value, _) in self.changed(choice, option).items()}
        if dropped or added:
            found["check"] = [*(name for name in self.base.check if name not in added), *dropped]
        return found

    def changed(self, choice: str, option: str) -> Mapping[str, tuple[object, Loc]]:
        """The values that one option changes, with their places in the sweep. Targets moved are not among them."""
        given, at = self.sweep.grid[choice][option], ("grid", choice, option)
        # as the file has them: a distribution has more than one spelling
        written = self.sweep.document.data["grid"][choice][option]
        found: dict[str, tuple[object, Loc]] = {
            path: (value, (*at, "changes", path)) for path, value in given.changes.items()
        }
        for key, place in PLACES.items():
            for name, value in written.get(key, {}).items():
                found[place.format(name)] = value, (*at, key, name)
        if given.years is not None:
            fewer = self._within(given.years.first, given.years.last)
            found |= {path: (value, (*at, "years")) for path, value in fewer.items()}
        return found

    def _within(self, first: int, last: int) -> Mapping[str, object]:
        """What fewer years leave: counts of those years, and shifts of the index between them."""
        found: dict[str, object] = {"years.first": first, "years.last": last}
        for name, target in self.base.targets.items():
            if isinstance(target, Counts) and name in self.base.fitted:
                found[f"targets.{name}.years.first"] = max(first, target.years.first)
                found[f"targets.{name}.years.last"] = min(last, target.years.last)
        breaks = self.base.parameters.breaks
        if breaks is not None:
            left = [year for year in breaks.at if first < year <= last]
            place = "parameters.breaks" + ".at" * bool(left)
            found[place] = left or None
        return found

    def unknown(self, choice: str, option: str) -> Iterator[Problem]:
        """Names of targets that there are not, or that are already where they are to be moved."""
        given, at = self.sweep.grid[choice][option], ("grid", choice, option)
        for key, names, known, remedy in (
            ("drop", given.drop, self.base.fitted, "is no part of the likelihood as it is; leave it out"),
            ("add", given.add, self.base.check, "is part of the likelihood as it is; leave it out"),
        ):
            for i, name in enumerate(names):
                if name not in self.base.targets:
                    yield self.sweep.problem((*at, key, i), f"no target `{name}`; {hint(name, known)}")
                elif name not in known:
                    yield self.sweep.problem((*at, key, i), f"`{name}` {remedy}")
        counts = [name for name, target in self.base.targets.items() if isinstance(target, Counts)]
        for name in given.likelihood:
            if name not in counts:
                message = f"no target of counts is called `{name}`; {hint(name, counts)}"
                yield self.sweep.problem((*at, "likelihood", name), message, "key")

    def twice(self, chosen: Chosen) -> Iterator[Problem]:
        """Values that two options of one cell both change, or one of them and the other a part of it."""
        said = [(choice, path) for choice, option in chosen.items() for path in self.changed(choice, option)]
        for i, (choice, path) in enumerate(said):
            for before, other in said[:i]:
                if before != choice and (_leads_on(path, other) or _leads_on(other, path)):
                    message = (
                        f"changes {path}, as `{before}` does, and every combination is asked for; "
                        "make one choice of the two, or write `cross: one_at_a_time`"
                    )
                    yield self.sweep.problem(("grid", choice, chosen[choice]), message, "key")

    def told(self, problem: Problem, chosen: Chosen) -> Problem:
        """A problem of a changed config, told where the sweep says what changed it."""
        said = f"{problem.path}: {problem.message}" if problem.path else problem.message
        if problem.file == self.base.document.path:
            for choice, option in chosen.items():
                for path, (_, where) in self.changed(choice, option).items():
                    if _leads_on(problem.path, path) or _leads_on(path, problem.path):
                        told_by_place = where[-1] == problem.path
                        return self.sweep.problem(where, problem.message if told_by_place else said)
        last = list(chosen.items())[-1]
        return self.sweep.problem(("grid", *last), f"makes a config that cannot be used: {said}", "key")


def _leads_on(path: str, outer: str) -> bool:
    """Whether a path is another, or leads on from it."""
    return f"{path}.".startswith(f"{outer}.")
