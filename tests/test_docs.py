"""What the documents name is there: tests, functions, other pages."""

import ast
import re
from collections.abc import Iterator
from functools import cache, reduce
from importlib import import_module
from pathlib import Path

import pytest

from protocols.wording import FIXED

ROOT = Path(__file__).resolve().parent.parent
RULES = (ROOT / "docs" / "rules.md").read_text()
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
NUMBERS = ["R2b", *(f"R{number}" for number in range(1, 24))]


def named_tests(text: str) -> set[tuple[str, str]]:
    return set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text))


def named_functions(text: str) -> set[tuple[str, str]]:
    return set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)+):([\w.]+)`", text))


@cache
def functions_in(path: str) -> set[str]:
    file = ROOT / path
    tree = ast.parse(file.read_text()) if file.exists() else ast.Module([], [])
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def section(number: str) -> str:
    """What rules.md says about one rule; nothing where it has no heading."""
    found = re.search(rf"^### {number} .*?(?=^##)", RULES, re.MULTILINE | re.DOTALL)
    return found[0] if found else ""


def broken_links(document: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        path, _, anchor = target.partition("#")
        file = document.parent / path if path else document
        if not re.match(r"[a-z]+:", target) and not leads(file, anchor):
            yield target


def leads(file: Path, anchor: str) -> bool:
    return file.exists() and (not anchor or anchor in anchors(file.read_text()))


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


def test_rules_names_tests_that_exist():
    named = named_tests(RULES)

    assert len(named) > 50
    assert {
        (path, name) for path, name in named if name not in functions_in(path)
    } == set()


def test_rules_names_functions_that_exist():
    named = named_functions(RULES)

    assert len(named) > 20
    for module, names in named:
        assert reduce(getattr, names.split("."), import_module(module)), names


@pytest.mark.parametrize("number", NUMBERS)
def test_every_rule_names_a_test_or_comes_later(number):
    text = section(number)

    assert "- Source:" in text or "| source |" in text
    assert named_tests(text) or "- Comes later" in text


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    assert list(broken_links(document)) == []


def test_leaflet_says_what_never():
    """R17: in the template itself, so that no setting takes it away."""
    leaflet = (ROOT / "templates" / "print" / "leaflet.html").read_text()

    said = re.search(r'<ul class="nevers">(.*?)</ul>', leaflet, re.DOTALL)[1]
    assert re.findall(r"<li[^>]*>(.*?)</li>", said) == [
        "{{ words.no_cream }}",
        "{{ words.no_ice }}",
        "{{ words.no_massage }}",
    ]
    assert "{%" not in said
    assert {"no_cream", "no_ice", "no_massage"} <= set(FIXED)


# --- These checks bite --------------------------------------------------------


def test_test_that_is_gone_is_noticed():
    assert "test_that_is_gone" not in functions_in("tests/test_docs.py")
    assert functions_in("tests/no_such_file.py") == set()
    assert "test_test_that_is_gone_is_noticed" in functions_in("tests/test_docs.py")


def test_names_are_read_as_rules_writes_them():
    text = "- Code: `protocols.rules:Facts.side`\n- Tests: `tests/a/test_b.py::test_c`"

    assert named_functions(text) == {("protocols.rules", "Facts.side")}
    assert named_tests(text) == {("tests/a/test_b.py", "test_c")}


def test_broken_link_is_noticed(tmp_path):
    document = tmp_path / "page.md"
    document.write_text(
        "# One Page: mine\n[a](gone.md) [b](page.md) [c](https://example.org/x)"
        " [d](#one-page-mine) [e](#other)"
    )

    assert list(broken_links(document)) == ["gone.md", "#other"]
