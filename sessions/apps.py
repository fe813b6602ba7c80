"""When patients are treated, and what was done."""

from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "sessions"
    # Django's own sessions app has the label "sessions".
    label = "treatment_sessions"
