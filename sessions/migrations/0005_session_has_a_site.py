import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("treatment_sessions", "0004_site_of_each_session")]
    operations = [
        migrations.AlterField(
            model_name="treatmentsession",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="treatment_sessions.site",
            ),
        ),
    ]
