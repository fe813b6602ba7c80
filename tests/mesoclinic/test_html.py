"""Patterns are filled as `format_html` fills them, whatever the texts are."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from mesoclinic.html import Filler, joined

PATTERN = '<b title="{}">{}</b>'


@given(st.text(), st.one_of(st.text(), st.integers(), st.none()))
def test_it_fills_as_format_html_does(title, text):
    filler = Filler()

    for _ in range(2):  # the second time from memory
        filled = filler.fill(PATTERN, title, text)
        assert filled == format_html(PATTERN, title, text)
        assert filled.__class__ is SafeString


def test_what_is_html_goes_in_as_it_is_and_its_text_does_not():
    filler, tag = Filler(), "<i>now</i>"

    assert filler.fill("{}", SafeString(tag)) == tag
    assert filler.fill("{}", tag) == "&lt;i&gt;now&lt;/i&gt;"
    assert filler.fill("{}", SafeString(tag)) == tag


@given(st.lists(st.one_of(st.text(), st.text().map(SafeString))))
def test_it_joins_as_format_html_join_does(parts):
    together = joined(parts)

    assert together == format_html_join("", "{}", ((part,) for part in parts))
    assert together.__class__ is SafeString
