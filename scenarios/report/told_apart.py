"""Whom, of what, at which age and when: the answer told apart, for the scenarios looked at closely."""

from __future__ import annotations

from scenarios.report.blocks import Block, Paragraph, Section
from scenarios.report.made_of import MadeOf, nothing_to_tell, said_of, whole_period
from scenarios.words import told_apart
from scenarios.words.verdict import Claim, Verdict
from scenarios.words.who_benefits import shares_of_fifth, who_benefits

NOT_CLAIMED = "nothing is told apart, as none is averted or it cannot be told"


def among_whom(made_of: MadeOf) -> Section | None:
    """By decile of deprivation, and the gap before and after; None where the answer has no deprivation."""
    pictures = made_of.pictures("by_decile", "rates_by_decile")
    if shares_of_fifth(made_of.summary) is None and not pictures:
        return None
    blocks: list[Block] = []
    for verdict in _claimed(made_of):
        blocks += said_of(verdict, who_benefits(made_of.summary, verdict, made_of.figures))
    blocks += pictures
    blocks += nothing_to_tell(_not_claimed(made_of), NOT_CLAIMED)
    blocks += whole_period(made_of, "The gap is that")
    return Section("who_benefits", "Who benefits", tuple(blocks))


def causes_and_ages(made_of: MadeOf) -> Section | None:
    """By cause and by age at death; None where the answer has neither."""
    blocks: list[Block] = []
    alike: dict[str, None] = {}
    for verdict in _claimed(made_of):
        said = (
            told_apart.by_cause(made_of.summary, verdict, made_of.figures, made_of.meanings),
            told_apart.by_age(made_of.summary, verdict, made_of.figures, made_of.meanings),
        )
        blocks += said_of(verdict, said)
        alike |= dict.fromkeys(told_apart.acts_alike(made_of.arm(verdict), made_of.meanings))
    if alike and blocks:
        blocks.append(Paragraph(told_apart.no_finding(alike), "caution"))
    pictures = made_of.pictures("by_cause", "by_age")
    if not blocks and not pictures:
        return None
    blocks += pictures
    blocks += nothing_to_tell(_not_claimed(made_of), NOT_CLAIMED)
    blocks += whole_period(made_of, "These are sums")
    return Section("causes_and_ages", "By cause and age at death", tuple(blocks))


def over_time(made_of: MadeOf) -> Section | None:
    """By year of birth; None where the answer has a year at most."""
    if len(made_of.summary["years"]) < 2:
        return None
    blocks: list[Block] = [Paragraph("Deaths are counted by the year of birth.", "note")]
    for verdict in _claimed(made_of):
        blocks += said_of(verdict, (told_apart.over_time(made_of.summary, verdict, made_of.figures),))
    blocks += made_of.pictures("over_time")
    if len(blocks) == 1:
        return None
    return Section("over_time", "Over time", tuple(blocks))


def _claimed(made_of: MadeOf) -> list[Verdict]:
    return [at for at in made_of.focus if at.claim in (Claim.AVERTS, Claim.ADDS)]


def _not_claimed(made_of: MadeOf) -> list[Verdict]:
    return [at for at in made_of.focus if at.claim not in (Claim.AVERTS, Claim.ADDS)]
