"""What every page says about the clinic."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from sessions.schedule.models import Site


def clinic_in_templates(request: HttpRequest) -> dict[str, object]:
    """Give templates `clinic_name`; asks the database only where it is printed."""
    return {"clinic_name": SimpleLazyObject(_clinic_name)}


def _clinic_name() -> str:
    site = Site.objects.main()
    return site.name if site else "mesoclinic"
