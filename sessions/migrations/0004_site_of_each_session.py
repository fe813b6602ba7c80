"""What is there gets what is new: each session its site, each site its hours.

A clinic that is open already goes on being so: Monday to Friday, 8 to 18, until an
admin enters the real hours.
"""

import datetime as dt

from django.db import migrations
from django.db.models import OuterRef, Subquery

EIGHT, EIGHTEEN = dt.time(8), dt.time(18)


def fill(apps, schema_editor):
    model = {name: apps.get_model("treatment_sessions", name) for name in (
        "Course", "TreatmentSession", "Site", "OpeningHours", "TimetableStamp")}
    model["TimetableStamp"].objects.get_or_create(pk=1)
    model["OpeningHours"].objects.bulk_create(
        model["OpeningHours"](site=site, weekday=day, starts=EIGHT, ends=EIGHTEEN)
        for site in model["Site"].objects.all()
        for day in range(5)
    )
    course_site = model["Course"].objects.filter(pk=OuterRef("course_id")).values("site")
    with _guards_off(schema_editor, model["TreatmentSession"]._meta.db_table):
        model["TreatmentSession"].objects.update(site=Subquery(course_site))


class _guards_off:
    """A given session does not change: but for this. SQLite has its guards off."""

    def __init__(self, schema_editor, table):
        self.schema_editor, self.table = schema_editor, table

    def __enter__(self):
        self._switch("DISABLE")

    def __exit__(self, *exc):
        self._switch("ENABLE")

    def _switch(self, how):
        if self.schema_editor.connection.vendor == "postgresql":
            # What waits for the end of the transaction would stand in the way.
            self.schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            self.schema_editor.execute(f"ALTER TABLE {self.table} {how} TRIGGER USER")


class Migration(migrations.Migration):
    dependencies = [("treatment_sessions", "0003_hours_rooms_and_changes")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
