"""A report as HTML: text is never markup, and nothing but its own scripts may run."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.report.blocks import Report
from scenarios.report.page import as_html, inside
from scenarios.report.vega import vega_bundle
from tests.a_report import Elements, a_report

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "</style><img src=http://example.org/a onerror=alert(1)>",
    "\" onfocus=alert(1) autofocus x='",
    "'><a href='javascript:alert(1)'>",
    "]]>&lt;b&gt;&amp;amp;{{ 7 * 7 }}{% raw %}\u2028",
)


def of_its_own(report: Report) -> str:
    """The page without the bundle, which no text is in, to be read quickly."""
    return as_html(report).replace(vega_bundle(), "")


@pytest.fixture(scope="module")
def plain() -> Elements:
    return Elements(of_its_own(a_report()))


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(HOSTILE) | st.text(max_size=40).filter(lambda text: not {"\r", "\0"} & set(text)))
def test_no_text_is_ever_markup(plain: Elements, text: str) -> None:
    said = Elements(of_its_own(a_report(lambda words: f"{words} {text} end")))
    assert [(tag, sorted(attributes)) for tag, attributes in said.found] == [
        (tag, sorted(attributes)) for tag, attributes in plain.found
    ]
    for (tag, _), before, after in zip(plain.found, plain.text, said.text, strict=True):
        if tag in {"h1", "h3", "li", "th", "summary", "code"} and after != before:
            assert f" {text} end" in after  # as it was written


@pytest.mark.parametrize("text", HOSTILE)
def test_text_in_data_of_pictures_comes_back_as_it_was(text: str) -> None:
    data = [
        held
        for given, held in Elements(of_its_own(a_report(lambda words: words + text))).of("script")
        if given
    ]
    assert [json.loads(held)["rows"][0]["title"] for held in data] == ["Cessation offer" + text] * 2
    assert not any("<" in held or ">" in held for held in data)


def test_the_policy_names_every_script_and_style_in_the_file_and_allows_nothing_else() -> None:
    page = Elements(as_html(a_report()))
    policies = [a["content"] for a, _ in page.of("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert len(policies) == 1
    rules = dict(str(rule).split(" ", 1) for rule in str(policies[0]).split("; "))

    def digests(texts: Iterator[str]) -> str:
        return " ".join(f"'sha256-{b64encode(hashlib.sha256(t.encode()).digest()).decode()}'" for t in texts)

    assert rules == {
        "default-src": "'none'",
        "script-src": digests(text for attributes, text in page.of("script") if not attributes),
        "style-src": digests(text for _, text in page.of("style")),
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_the_policy_comes_before_anything_that_it_rules(plain: Elements) -> None:
    tags = [tag for tag, _ in plain.found]
    assert tags[:5] == ["html", "head", "meta", "meta", "meta"]
    assert plain.found[3][1]["http-equiv"] == "Content-Security-Policy"


def test_nothing_in_the_file_leads_anywhere_or_acts(plain: Elements) -> None:
    for tag, attributes in plain.found:
        assert not set(attributes) & {"src", "srcset", "style", "action", "data", "poster"}, tag
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("href") or "#").startswith("#")


def test_every_link_within_the_page_has_its_place_and_no_place_is_named_twice(plain: Elements) -> None:
    ids = [a["id"] for _, a in plain.found if "id" in a]
    assert len(ids) == len(set(ids))
    for attribute in ("aria-labelledby", "aria-describedby"):
        assert {a[attribute] for _, a in plain.found if attribute in a} <= set(ids)
    assert {str(a["href"])[1:] for a, _ in plain.of("a")} <= set(ids)


def test_headings_are_in_order_and_every_picture_has_title_words_and_table(plain: Elements) -> None:
    levels = [int(tag[1]) for tag, _ in plain.found if re.fullmatch(r"h\d", tag)]
    assert levels == [1, 2, 2, 3, 2, 3]
    assert len(list(plain.of("figure"))) == 2
    assert [text for _, text in plain.of("h3")] == [
        f"The offer averts 958 deaths ({n})" for n in ("comparison", "by_decile")
    ]
    words = [text for a, text in plain.of("p") if str(a.get("id")).endswith("-words")]
    assert words == [f"Dots with bars: 958, 285 to 1,642 ({n})." for n in ("comparison", "by_decile")]
    captions = [text for _, text in plain.of("caption")]
    assert captions[0] == "Figures: The offer averts 958 deaths (comparison)"
    assert all(a.get("scope") in {"col", "row"} for a, _ in plain.of("th"))


def test_figures_beside_a_picture_are_rounded_as_the_answer_is_and_what_is_missing_is_seen(
    plain: Elements,
) -> None:
    cells = [text for _, text in plain.of("td")][:6]
    assert cells == ["958", "285", "1,642", "1.2", "-3.0", "–"]


def test_the_language_is_told(plain: Elements) -> None:
    assert plain.found[0] == ("html", {"lang": "en-GB"})


def test_a_number_that_is_none_is_no_report() -> None:
    from dataclasses import replace

    from scenarios.report.blocks import Picture, Section
    from tests.a_report import a_chart

    broken = replace(a_chart("broken"), rows=({"mean": float("nan")},))
    with pytest.raises(ValueError, match="JSON"):
        as_html(Report("a", "b", (Section("c", "d", (Picture(broken),)),)))


@pytest.mark.parametrize("end", ["</script>", "</SCRIPT", "<!--", "\r\n", "\0"])
def test_a_script_that_would_end_early_is_refused(end: str) -> None:
    with pytest.raises(ValueError, match="cannot stand inside"):
        inside(f"let a = '{end}'", "script")
