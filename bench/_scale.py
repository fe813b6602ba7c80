"""A database as large as a chain of clinics, made once per run by `seed_scale`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import django
from django.conf import settings
from django.core.management import call_command

PATIENTS = 1_000_000


def patients() -> int:
    """How many patients to measure with; BENCH_PATIENTS for fewer."""
    return int(os.environ.get("BENCH_PATIENTS", PATIENTS))


def set_up() -> None:
    """As in a clinic: where DEBUG is on, Django keeps every statement that it sends."""
    django.setup()
    settings.DEBUG = False


@contextmanager
def scaled_database() -> Iterator[int]:
    """Give a PostgreSQL database with that many patients, and their courses.

    It is the one that DATABASE_URL names: `./dev bench` starts a server of its own for
    it, and stops it. Whoever measures leaves it as it was found.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mesoclinic.settings")
    set_up()
    yield _fill()


@cache
def _fill() -> int:
    """Fill it, once; what an earlier run has filled is taken as it is."""
    from django.db import connection

    from patients.models import Patient

    if connection.vendor != "postgresql":
        raise SystemExit("This is measured on PostgreSQL: start it with ./dev bench.")
    call_command("migrate", verbosity=0)
    call_command("load_catalogue")
    if not Patient.objects.exists():
        call_command("seed_scale", patients=patients())
    _warm()
    return Patient.objects.count()


def _warm() -> None:
    """Read tables and indexes into memory, as a server has them by the second day."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        cursor.execute(
            "SELECT count(pg_prewarm(oid)) FROM pg_class WHERE relkind IN ('r', 'i') "
            "AND relnamespace = 'public'::regnamespace"
        )
