"""What the factories make is what the app would have made."""

import pytest

from tests import factories

ALL = [
    each
    for name, each in vars(factories).items()
    if name.endswith("Factory") and not each._meta.abstract
]


@pytest.mark.django_db
@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_default_row_is_valid(make):
    row = make()

    row.refresh_from_db()
    left_open = [f.name for f in row._meta.fields if getattr(row, f.name) is None]
    row.full_clean(exclude=left_open)
