"""What the design asks of the code and no single test would notice.

Imports are import-linter's (see pyproject.toml). Each check here is a function from
source to faults, so that a test can show that it bites.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from mesoclinic.models import AuditEvent
from tests import factories

ROOT = settings.BASE_DIR
APPS = ("mesoclinic", "protocols", "patients", "sessions")
ROOMS = ("schedule", "courses", "diary", "recording", "outcomes", "paper")


def our_models() -> list[type[models.Model]]:
    return [m for m in apps.get_models() if m.__module__.split(".")[0] in APPS]


def sources(*patterns: str) -> list[Path]:
    found = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    return [path for path in found if "migrations" not in path.parts]


def python_sources() -> list[Path]:
    return sources(*(f"{app}/**/*.py" for app in APPS))


def faults_in(paths: Iterable[Path], check) -> list[str]:
    assert paths
    return [
        f"{path.relative_to(ROOT)}: {fault}"
        for path in paths
        for fault in check(path.read_text())
    ]


# --- Relations point down -----------------------------------------------------


def height(module: str) -> tuple[int, int]:
    """Return the floor and the room of a module; a library's lie below the ground."""
    app, room, *_ = f"{module}.-".split(".")
    floor = APPS.index(app) if app in APPS else -1
    return floor, ROOMS.index(room) if room in ROOMS else -1


def points_up(source: str, target: str) -> bool:
    return height(source) < height(target)


def test_relations_point_down():
    relations = [
        (model, field.related_model)
        for model in our_models()
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if field.related_model
    ]

    assert relations
    assert not [
        f"{model._meta.label} to {target._meta.label}"
        for model, target in relations
        if points_up(model.__module__, target.__module__)
    ]


@pytest.mark.parametrize(
    ("source", "target", "up"),
    [
        ("protocols.models.protocol", "mesoclinic.models", False),
        ("patients.models.patient", "sessions.courses.models", True),
        ("mesoclinic.models", "protocols.models.protocol", True),
        ("mesoclinic.models", "django.contrib.contenttypes.models", False),
        ("sessions.recording.models", "sessions.courses.models", False),
        ("sessions.courses.models", "sessions.recording.models", True),
    ],
)
def test_points_up_knows_floors_and_rooms(source, target, up):
    assert points_up(source, target) is up


# --- Models -------------------------------------------------------------------

# The audit trail has one writer, in tests too: audit.record.
WITHOUT_FACTORY = {AuditEvent}


def test_every_model_has_a_factory():
    made = {
        each._meta.model
        for name, each in vars(factories).items()
        if name.endswith("Factory") and not each._meta.abstract
    }

    assert set(our_models()) - made == WITHOUT_FACTORY


# Moments of a visit or of an account, which nobody decides at a keyboard.
NOBODYS = {"starts_at", "ends_at", "started_at", "ended_at", "prepared_at", "joined_at"}


def unpaired(names: set[str]) -> set[str]:
    """Names of moments that do not say whose they are, or of people without a time."""
    at = {name.removesuffix("_at") for name in names - NOBODYS if name.endswith("_at")}
    by = {name.removesuffix("_by") for name in names if name.endswith("_by")}
    return at ^ by


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model.__name__)
def test_what_says_when_says_who(model):
    assert not unpaired({field.name for field in model._meta.fields})


def test_unpaired_finds_either_half():
    names = {"signed_at", "signed_by", "closed_at", "printed_by", "starts_at"}

    assert unpaired(names) == {"closed", "printed"}


# --- Views --------------------------------------------------------------------

WRITES_AND_QUERIES = {"filter", "exclude", "save", "delete", "bulk_create"}
LONGEST_VIEW = 25


def view_faults(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            lines = node.end_lineno - node.lineno + 1
            if lines > LONGEST_VIEW:
                yield f"{node.name} has {lines} lines"
        if isinstance(node, ast.Attribute) and node.attr in WRITES_AND_QUERIES:
            yield f"line {node.lineno} calls .{node.attr}"


def test_views_only_fetch_ask_an_action_and_render():
    views = sources("**/views.py", "**/views/*.py")
    ours = [p for p in views if p.relative_to(ROOT).parts[0] in APPS]

    assert faults_in(ours, view_faults) == []


def test_view_faults_bite():
    long = "def long(request):\n" + "    x = 1\n" * LONGEST_VIEW
    query = "def query(request):\n    Patient.objects.filter(pk=1)\n"
    save = "@decorated\ndef save(request):\n    form.save()\n"

    assert list(view_faults(long)) == ["long has 26 lines"]
    assert list(view_faults(query)) == ["line 2 calls .filter"]
    assert list(view_faults(save)) == ["line 3 calls .save"]


# --- What is not written at all -------------------------------------------------

NEVER_IN_PYTHON = {
    "unescaped text": r"\bmark_safe\b|\bSafeString\b",
    "a form without its token": r"\bcsrf_exempt\b",
    "SQL by hand in a query": r"\.raw\(|\.extra\(",
    "a form of whatever the model has": r"fields\s*=\s*[\"']__all__[\"']",
    "a dose that is not exact": r"\bFloatField\b",
}
# Escapes a text and says so, in one breath; its tests hold it to that.
DECLARES_HTML = "mesoclinic/html.py"
NEVER_IN_TEMPLATES = {
    "unescaped text": r"\|\s*safe(seq)?\b|\bautoescape\s+off\b",
    "style in the page": r"\sstyle\s*=|<style",
    "script in the page": r"\son[a-z]+\s*=|\bhx-on\b|javascript:",
    "a script without src": r"<script(?![^>]*\ssrc=)",
}


def matches(never: dict[str, str], source: str) -> list[str]:
    return [name for name, pattern in never.items() if re.search(pattern, source)]


def test_python_has_nothing_forbidden():
    def check(source: str) -> list[str]:
        return matches(NEVER_IN_PYTHON, source)

    others = [path for path in python_sources() if path != ROOT / DECLARES_HTML]
    assert faults_in(others, check) == []


def test_templates_have_nothing_forbidden():
    def check(source: str) -> list[str]:
        return matches(NEVER_IN_TEMPLATES, source)

    assert faults_in(sources("templates/**/*.html"), check) == []


@pytest.mark.parametrize(
    "planted",
    [
        "return mark_safe(text)",
        "@csrf_exempt",
        "Patient.objects.raw(sql)",
        'fields = "__all__"',
        "dose = models.FloatField()",
    ],
)
def test_forbidden_python_is_found(planted):
    assert len(matches(NEVER_IN_PYTHON, planted)) == 1


@pytest.mark.parametrize(
    "planted",
    [
        "{{ note|safe }}",
        "{{ note | safe }}",
        "{% autoescape off %}",
        '<p style="color: red">',
        "<style>p { color: red }</style>",
        '<a onclick="go()">',
        '<a href="javascript:go()">',
        "<script>go()</script>",
        '<script type="module">go()</script>',
    ],
)
def test_forbidden_template_is_found(planted):
    assert len(matches(NEVER_IN_TEMPLATES, planted)) == 1


@pytest.mark.parametrize(
    "planted",
    [
        "{{ note|safe_dose }}",
        '<circle cx="1" stroke="black" data-style="thin">',
        '<script src="{% static \'js/find.js\' %}" type="module"></script>',
    ],
)
def test_honest_template_passes(planted):
    assert matches(NEVER_IN_TEMPLATES, planted) == []


# --- What is pure -------------------------------------------------------------


def loads_django(*modules: str) -> bool:
    """Whether importing these modules, in a Python of its own, imports Django too."""
    code = f"import sys, {', '.join(modules)}; sys.exit('django' in sys.modules)"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode != 0


def pure_modules() -> list[str]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = config["tool"]["importlinter"]["contracts"]
    return next(c["source_modules"] for c in contracts if c["type"] == "forbidden")


def test_pure_modules_need_no_django():
    assert not loads_django(*pure_modules())


def test_loads_django_bites():
    assert loads_django("mesoclinic.hashing")
