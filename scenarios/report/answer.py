"""The question, and the answer to it: one sentence for each scenario, and what has to be said with it."""

from __future__ import annotations

from scenarios.report.blocks import Block, Folded, Listed, Paragraph, Section, Tone
from scenarios.report.made_of import MadeOf
from scenarios.words.comparison import in_order
from scenarios.words.headline import caveats, gravest, headline
from scenarios.words.names import comparator, quoted, short, structure_in_words, whole_period, years_in_words
from scenarios.words.verdict import Verdict


def answer(made_of: MadeOf) -> Section:
    """What was asked, what was found, and of which years, births and comparator."""
    blocks: list[Block] = [Paragraph(_question(made_of))]
    # what a structure asks is told once
    told: frozenset[str] = frozenset()
    for verdict in in_order(made_of.focus):
        blocks += _found(made_of, verdict, told)
        told |= {shift.structure for shift in verdict.shifts}
    others = [at for at in in_order(made_of.verdicts) if at not in made_of.focus]
    if others:
        lines: list[str] = []
        for verdict in others:
            # a sentence that a structure undoes, or that is of a what-if, stands nowhere without saying so
            beside = gravest(made_of.summary, verdict, made_of.meanings.without(told))
            lines.append(" ".join((headline(made_of.summary, verdict), *beside)))
            told |= {at.structure for at in verdict.shifts if structure_in_words(at.structure) in lines[-1]}
        blocks.append(Folded(f"The other {len(others)} scenarios in short", (Listed(tuple(lines)),)))
    whys = tuple(filter(None, (_why(made_of, at) for at in in_order(made_of.focus))))
    if whys:
        blocks.append(Folded("What these scenarios are, in the words of their files", (Listed(whys),)))
    return Section("answer", "The question and the answer", tuple(blocks))


def _question(made_of: MadeOf) -> str:
    summary, words = made_of.summary, made_of.words
    baseline, years = summary["baseline"], summary["years"]
    what = "this scenario" if len(summary["arms"]) == 1 else f"each of these {len(summary['arms'])} scenarios"
    when = f" of {years_in_words(years)}" if years else ""
    deaths, how = words["deaths"], ""
    over = whole_period(summary).removesuffix(", ")
    over = f" {over}" if over else ""
    if len(years) > 1:
        last = summary["definition"] == "final_year"
        how = (
            f" What is given is the difference in {years[-1]} alone."
            if last
            else " What is given is the sum over these years."
        )
    return (
        f"How many {deaths} would {what} avert among {words['births']}{when}, if all else were as under "
        f"{comparator(summary)}?{how} The comparator is “{short(baseline.get('title', baseline['name']))}”: "
        f"{baseline['births']:,.0f} {words['births']}, {baseline['deaths']['mean']:,.0f} {deaths} expected{over}."
    )


def _found(made_of: MadeOf, verdict: Verdict, told: frozenset[str]) -> list[Block]:
    tone: Tone = "what_if" if verdict.what_if else "answer"
    found: list[Block] = [Paragraph(headline(made_of.summary, verdict), tone)]
    beside: Tone = "what_if" if verdict.what_if else "caution"
    with_it = " ".join(caveats(made_of.summary, verdict, made_of.meanings.without(told)))
    return [*found, Paragraph(with_it, beside)] if with_it else found


def _why(made_of: MadeOf, verdict: Verdict) -> str:
    why = " ".join(str(made_of.as_run(verdict.name).get("why", "")).split())
    return f"{quoted(verdict)}: {why}" if why else ""
