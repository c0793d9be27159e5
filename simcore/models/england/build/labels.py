"""Groups of births as the model names them, and as published tables print them."""

from __future__ import annotations

_AGES_AS_PRINTED = {
    "under_20": ("<20", "under 20", "Under 20", "16-19"),
    "20_24": ("20-24", "20 to 24"),
    "25_29": ("25-29", "25 to 29"),
    "30_34": ("30-34", "30 to 34"),
    "35_39": ("35-39", "35 to 39"),
    "40_plus": ("40 & over", "40 and over", "40 to 44", "45 and over"),
}
MOTHER_AGES = tuple(_AGES_AS_PRINTED)
MOTHER_AGE_OF = {label: level for level, printed in _AGES_AS_PRINTED.items() for label in printed}
"""Printed age, in any spelling -> level; a total or an unknown age is none."""

MOTHER_AGE_LABEL = {level: printed[0] for level, printed in _AGES_AS_PRINTED.items()}

PARITY_LABEL = {"none": "0", "one": "1", "two": "2", "three_plus": "3 and over"}
PARITIES = tuple(PARITY_LABEL)
PARITY_OF = {label: level for level, label in PARITY_LABEL.items()} | {"3 or more": "three_plus"}

ETHNIC_LABEL = {
    "white_british": "White British",
    "white_other": "White Other",
    "indian": "Indian",
    "pakistani": "Pakistani",
    "bangladeshi": "Bangladeshi",
    "other_asian": "Any other Asian background",
    "black_african": "Black African",
    "black_caribbean": "Black Caribbean",
    "other_black": "Any other Black background",
    "mixed": "Mixed/ multiple",
    "other": "Any Other ethnic group",
    "not_stated": "Not Stated",
}
GROUPS = tuple(ETHNIC_LABEL)
ETHNIC_OF = {label: level for level, label in ETHNIC_LABEL.items()}

REGISTRATION_OF = {
    "Within marriage or civil partnership": "married",
    "Outside marriage or civil partnership with joint registration same address": "joint_same_address",
    "Outside marriage or civil partnership with joint registration different addresses": (
        "joint_different_address"
    ),
    "Sole registrations": "sole",
}
REGISTRATIONS = tuple(REGISTRATION_OF.values())
# a group that is several levels of the model names them all, joined by +
REGISTRATION_IN_TWO_OF = {
    "Inside marriage/civil partnership and joint registration, same address": "married+joint_same_address",
    "Joint registration different address and sole registration": "joint_different_address+sole",
}
TOGETHER = [0, 0, 1, 1]
"""Which of the two groups each of `REGISTRATIONS` is in: one address, or two addresses and sole."""

NSSEC_OF = {
    "1.1": "managerial_professional",
    "1.2": "managerial_professional",
    "2": "managerial_professional",
    "3": "intermediate",
    "4": "intermediate",
    "5": "routine_manual",
    "6": "routine_manual",
    "7": "routine_manual",
    # class 8, never worked or long unemployed, has 50 births
    "8": "not_classified",
    "Not classified": "not_classified",
}
"""Class of the household, combined method -> level."""

CLASSES = tuple(dict.fromkeys(NSSEC_OF.values()))
NSSEC_LABEL = {
    "managerial_professional": "managerial_professional_1_2",
    "intermediate": "intermediate_3_4",
    "routine_manual": "routine_manual_5_7",
    "not_classified": "not_classified",
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
COUNTRIES = tuple(COUNTRY_LABEL)
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

BIRTHWEIGHT_OF = {
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


def labels_of(levels: dict[str, str]) -> dict[str, str]:
    """Level -> label, for a mapping from label to level."""
    return {level: label for label, level in levels.items()}
