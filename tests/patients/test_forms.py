"""What the form of a patient takes, where no page is needed to see it."""

from patients.forms import PatientEditForm


def test_a_phone_number_with_an_extension_is_refused_not_cut_short():
    form = PatientEditForm({"phone": "020 7946 0958 ext. 12"})

    assert "Leave out the extension" in form.errors["phone"][0]
