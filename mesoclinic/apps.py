"""The ground all other apps stand on."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class MesoclinicConfig(AppConfig):
    name = "mesoclinic"

    def ready(self) -> None:
        from mesoclinic.database import install_after_migrate, remove_before_migrate

        pre_migrate.connect(remove_before_migrate, sender=self)
        post_migrate.connect(install_after_migrate, sender=self)
