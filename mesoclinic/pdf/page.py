"""A page of ours as WeasyPrint takes it. Slow to import, as WeasyPrint is."""

from xml.etree import ElementTree

import cssselect2
import weasyprint
from weasyprint import CSS
from weasyprint.urls import URLFetcher

# White space to Python, and to those who paste it (Word breaks a line with the first);
# XML has no place for it.
_SPACES = dict.fromkeys((0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x1F), " ")


class NotWellFormedError(Exception):
    """A template left a tag open, or named an entity that only HTML knows."""


class Page(weasyprint.HTML):
    """HTML that is well-formed XML, and that our stylesheet describes in full.

    Both to be quick (bench/README.md). Python's own parser is in C; the one that
    WeasyPrint brings is not, and guesses where a tag is left open. WeasyPrint's
    stylesheet for all of HTML gives each element the styles of five kinds of footnote.
    """

    def __init__(self, html: str, *, base_url: str, url_fetcher: URLFetcher) -> None:
        # Instead of that of WeasyPrint, which would parse.
        try:
            root = ElementTree.fromstring(html.translate(_SPACES))  # noqa: S314  escaped
        except ElementTree.ParseError as error:
            raise NotWellFormedError(str(error)) from error
        self.base_url = base_url
        self.url_fetcher = url_fetcher
        self.media_type = "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(
            root, content_language=None
        )
        self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return []
