"""Whom the clinic treats."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "patients"
