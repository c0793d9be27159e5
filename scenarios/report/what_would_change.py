"""What would change the answer: uncertain numbers, questions that data have not settled, and chance."""

from __future__ import annotations

from scenarios.footnotes import ROUGH
from scenarios.printing import as_count, as_interval
from scenarios.report.blocks import Block, Folded, Listed, Paragraph, Section, Table
from scenarios.report.made_of import MadeOf, said_of
from scenarios.words.hangs_on import GOES_WITH, drivers, largest_swings, range_over_structures
from scenarios.words.names import listed, structure_explained, structure_in_words, title_of
from scenarios.words.shown import shown
from scenarios.words.verdict import Verdict, headline_part

SIDE_BY_SIDE = (
    "These are questions that data have not settled. Each structure is run by itself; means over the same draws as "
    "chosen stand beside. Structures are shown side by side and never averaged."
)
CHANCE = (
    "Official figures count one world alone, and chance moves every count. How likely they would show a change is told "
    "with how likely they show one where nothing has changed: by ordinary luck, and by what moves from year to year "
    "for reasons of its own."
)


def what_would_change(made_of: MadeOf) -> Section | None:
    """The largest swings, every structure beside the one chosen, and what official figures would show."""
    blocks: list[Block] = []
    for verdict in made_of.focus:
        blocks += said_of(verdict, (drivers(verdict, made_of.figures, made_of.meanings),))
    if any(largest_swings(verdict, made_of.figures, made_of.meanings) for verdict in made_of.focus):
        blocks.append(Paragraph(GOES_WITH, "caution"))
    blocks += made_of.pictures("drivers")
    others = _others(made_of)
    if others:
        blocks.append(Paragraph(SIDE_BY_SIDE))
        if few := _few_draws(made_of):
            blocks.append(Paragraph(few, "caution"))
        for verdict in made_of.focus:
            variants = headline_part(made_of.summary, made_of.arm(verdict)).get("variants", {})
            blocks += said_of(verdict, (range_over_structures(made_of.summary, variants),))
        blocks += made_of.pictures("structures")
        explained = tuple(structure_explained(name, made_of.meanings) for name in others)
        blocks.append(Listed(explained))
        if missing := made_of.summary.get("not_solved"):
            names = listed([structure_in_words(name) for name in missing])
            blocks.append(Paragraph(f"Not shown, for there are no draws of them: {names}.", "caution"))
        blocks.append(Folded("Every scenario under every structure", (_table(made_of, others),)))
    seen = [
        block
        for verdict in made_of.focus
        for block in said_of(verdict, (shown(made_of.summary, verdict, made_of.figures),))
    ]
    if seen:
        blocks += [Paragraph(CHANCE), *seen]
    return Section("what_would_change", "What would change the answer", tuple(blocks)) if blocks else None


def _others(made_of: MadeOf) -> tuple[str, ...]:
    chosen = {f"{name}={option}" for name, option in made_of.summary.get("structure", {}).items()}
    found = (
        name for arm in made_of.summary["arms"] for name in arm.get("variants", {}) if name not in chosen
    )
    return tuple(dict.fromkeys(found))


def _few_draws(made_of: MadeOf) -> str:
    """That structures were run over so few draws that their intervals are rough; empty where they were not."""
    variants = [at for arm in made_of.summary["arms"] for at in arm.get("variants", {}).values()]
    draws = min((int(at["draws"]) for at in variants), default=ROUGH)
    if draws >= ROUGH:
        return ""
    over = "one draw" if draws == 1 else f"{draws} draws"
    return f"Other structures were run over {over}: what is given as their 95% intervals is rough."


def _table(made_of: MadeOf, others: tuple[str, ...]) -> Table:
    headings = ("Scenario", "As chosen, same draws", *(structure_in_words(name) for name in others))
    rows = tuple(_row(made_of, verdict, others) for verdict in made_of.verdicts)
    caption = f"{made_of.words['deaths'].capitalize()} averted under other structures, with 95% intervals"
    return Table(caption, headings, rows, frozenset(range(1, len(headings))))


def _row(made_of: MadeOf, verdict: Verdict, others: tuple[str, ...]) -> tuple[str, ...]:
    variants = headline_part(made_of.summary, made_of.arm(verdict)).get("variants", {})
    beside = [variants[name] for name in others if name in variants]
    matched = max(beside, key=lambda at: at["draws"])["chosen_on_same_draws"] if beside else None
    cells = (
        f"{as_count(variants[name]['mean'])} ({as_interval(variants[name])})" if name in variants else "-"
        for name in others
    )
    return (title_of(verdict), "-" if matched is None else as_count(matched), *cells)
