from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0007_milestone_levels_per_phase")]

    operations = [migrations.RenameModel("Change", "ChangeLogEntry")]
