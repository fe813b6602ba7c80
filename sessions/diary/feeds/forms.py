"""The button that makes an address."""

from django.core.exceptions import ValidationError

from mesoclinic.forms import ClinicForm, version_field


class MakeForm(ClinicForm):
    """Which address the page showed: its key, 0 for none."""

    version = version_field()
    is_stale = False

    @property
    def http_status(self) -> int:
        return 409 if self.is_stale else super().http_status

    def refuse(self, error: ValidationError) -> None:
        super().refuse(error)
        self.is_stale = getattr(error, "code", "") == "stale"
