"""Whether anything is booked ahead at a site."""

from django.utils import timezone

from sessions.courses.models import TreatmentSession
from sessions.schedule.models import Site


def is_booked_ahead(site: Site) -> bool:
    booked = TreatmentSession.objects.filter(
        site=site, status=TreatmentSession.Status.BOOKED, ends_at__gt=timezone.now()
    )
    return booked.exists()
