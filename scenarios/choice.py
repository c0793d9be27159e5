"""Which scenario is best, and how sure that is: from draws that all of them share.

The scenarios are compared with one another by the headline; the comparator is no option here, as a scenario averts
deaths against it. Where scenarios are equal in a draw, as those without any effect are, they share it out equally.
"""

from __future__ import annotations

from scenarios.figures import ALL, IN_FILES_ALONE, Figure
from scenarios.headline import headline_draws
from scenarios.net_benefit import net_benefit, offers_of
from scenarios.ran import Ran
from scenarios.ranking import probability, rank_options
from scenarios.uncertain_numbers import every_number
from scenarios.uncertainty import ROUNDING


def choice(ran: Ran) -> list[Figure]:
    """Probabilities that deaths fall, that a scenario is best, that it beats another; and the rank to expect.

    Where the terms state what a year of life is worth, or a budget, the choice where money counts as well.
    """
    names = ran.margins.arms[1:]
    if not names:
        return []
    found = rank_options(headline_draws(ran), ROUNDING * float(ran.margins.total[0].mean()))
    figures = []
    for at, name in enumerate(names):
        for measure, shares in (
            ("p_averts", found.positive[at]),
            ("p_best", found.best[at]),
        ):
            value, error = probability(shares)
            figures.append(Figure(name, measure, ALL, value, "probability", mc_error=error))
        ranks = found.rank[at]
        error = float(ranks.std() / ranks.size**0.5)
        of = {"of": len(names)}
        figures.append(Figure(name, "expected_rank", ALL, float(ranks.mean()), "rank", None, error, of))
        for other, beaten in enumerate(names):
            if other != at:
                value, error = probability(found.beats[at, other])
                level, more = f"scenario {beaten}", {} if at < other else IN_FILES_ALONE
                figures.append(Figure(name, "p_better_than", level, value, "probability", None, error, more))
    terms = ran.terms
    if terms.life_year_values or terms.budget is not None:
        figures += net_benefit(ran, offers_of(ran), every_number(ran.question, ran.draws))
    return figures
