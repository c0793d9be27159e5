"""Groups of births as published tables print them, and as the model names them."""

from __future__ import annotations

AGE_OF_MOTHER = {
    "<20": "under_20",
    "20-24": "20_24",
    "25-29": "25_29",
    "30-34": "30_34",
    "35-39": "35_39",
    "40 & over": "40_plus",
}
PARITY = {"0": "none", "1": "one", "2": "two", "3 and over": "three_plus"}
# a group that is several levels of the model names them all, joined by +
REGISTRATION = {
    "Inside marriage/civil partnership and joint registration, same address": "married+joint_same_address",
    "Joint registration different address and sole registration": "joint_different_address+sole",
}
ETHNIC_GROUP = {
    "White British": "white_british",
    "White Other": "white_other",
    "Indian": "indian",
    "Pakistani": "pakistani",
    "Bangladeshi": "bangladeshi",
    "Any other Asian background": "other_asian",
    "Black African": "black_african",
    "Black Caribbean": "black_caribbean",
    "Any other Black background": "other_black",
    "Mixed/ multiple": "mixed",
    "Any Other ethnic group": "other",
    "Not Stated": "not_stated",
}
BIRTHWEIGHT = {
    "<1000": "under_1000",
    "1000-1499": "1000_1499",
    "1500-1999": "1500_1999",
    "2000-2499": "2000_2499",
    "2500-2999": "2500_2999",
    "3000-3499": "3000_3499",
    "3500-3999": "3500_3999",
    "4000 and over": "4000_plus",
    "Implausible birthweight": "implausible",
    "Not stated": "not_stated",
    "Unlinked deaths": "unlinked",
}

NSSEC_LABEL = {
    "managerial_professional": "managerial_professional_1_2",
    "intermediate": "intermediate_3_4",
    "routine_manual": "routine_manual_5_7",
    "not_classified": "not_classified",
}
NSSEC_CLASSES = {
    "managerial_professional": ("1.1", "1.2", "2"),
    "intermediate": ("3", "4"),
    "routine_manual": ("5", "6", "7"),
    # class 8, never worked or long unemployed, has 50 births
    "not_classified": ("8", "Not classified"),
}

COUNTRY_LABEL = {
    "uk": "United Kingdom, Isle of Man and Channel Islands",
    "europe": "Europe",
    "africa": "Africa",
    "caribbean": "Caribbean",
    "india": "India",
    "pakistan": "Pakistan",
    "bangladesh": "Bangladesh",
    "other": "Rest of the world",
}
COUNTRY_SUMS = {
    "uk": (("United Kingdom, Isle of Man and Channel Islands",), ()),
    "europe": (("EU", "Rest of Europe (non EU)"), ()),
    "africa": (("Africa",), ()),
    "caribbean": (("Caribbean",), ()),
    "india": (("India",), ()),
    "pakistan": (("Pakistan",), ()),
    "bangladesh": (("Bangladesh",), ()),
    "other": (
        ("The Americas and the Caribbean", "Middle East and Asia", "Antarctica and Oceania"),
        ("Caribbean", "India", "Pakistan", "Bangladesh"),
    ),
}
"""Level -> printed regions that are added, and those that are taken off."""


def one_spelling(label: str) -> str:
    """The label as most tables print it."""
    spelt = {"40 and over": "40 & over", "3 or more": "3 and over"}
    return spelt.get(label, label)


def named(levels: dict[str, str]) -> dict[str, str]:
    """Level -> label."""
    return {level: label for label, level in levels.items()}
