"""What the clinic does: indications, protocols, rules."""

from django.apps import AppConfig


class ProtocolsConfig(AppConfig):
    name = "protocols"
