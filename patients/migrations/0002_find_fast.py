"""Find one in a million: by how a name begins on both engines, by any part of a name
or a phone on PostgreSQL.

Building the indexes on a million patients takes about a minute.
"""

import patients.models.search
from django.db import migrations, models
from patients.models.search import search_names

_TABLE = "patients_patient"
_INDEXES = {
    # What is not in the index yet would be read through by every search.
    "patient_name_part": "USING gin (search_name gin_trgm_ops) WITH (fastupdate = off)",
    "patient_phone_part": "USING gin (phone gin_trgm_ops) WITH (fastupdate = off)",
    "patient_phone_begins": "(phone varchar_pattern_ops)",
}


def fill(apps, schema_editor):
    Patient = apps.get_model("patients", "Patient")
    rows = Patient.objects.order_by("pk").only("family_name", "given_names")
    batch = []
    for patient in rows.iterator(chunk_size=2000):
        _, patient.search_given = search_names(patient.family_name, patient.given_names)
        batch.append(patient)
        if len(batch) == 2000:
            Patient.objects.bulk_update(batch, ["search_given"])
            batch = []
    Patient.objects.bulk_update(batch, ["search_given"])


def add(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for name, index in _INDEXES.items():
        schema_editor.execute(f"CREATE INDEX {name} ON {_TABLE} {index}")


def remove(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for name in _INDEXES:
        schema_editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_initial")]
    operations = [
        migrations.AlterField(
            model_name="patient",
            name="search_name",
            field=patients.models.search.SearchField(editable=False, max_length=500),
        ),
        migrations.AddField(
            model_name="patient",
            name="search_given",
            field=patients.models.search.SearchField(
                default="", editable=False, max_length=500
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(
                fields=["search_name", "birth_date", "id"], name="patient_by_name"
            ),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(
                fields=["search_given", "birth_date", "id"], name="patient_by_given"
            ),
        ),
        migrations.RunPython(add, remove),
    ]
