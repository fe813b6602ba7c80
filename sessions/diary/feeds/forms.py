"""The button that makes an address."""

from mesoclinic.forms import ClinicForm, version_field


class MakeForm(ClinicForm):
    """Which address the page showed: its key, 0 for none."""

    version = version_field()

    @property
    def http_status(self) -> int:
        return 409 if self.has_error("__all__", "stale") else super().http_status
