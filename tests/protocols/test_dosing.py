from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dosing import (
    format_ml,
    format_mm,
    mean_ml,
    needle_depth_mm,
    total_ml,
)

volumes = st.decimals(min_value="0.01", max_value="99.99", places=2)


def test_total_of_no_points_is_zero():
    assert total_ml([]) == 0


def test_total_of_tenths_is_exact():
    assert total_ml([Decimal("0.1")] * 10) == 1


def test_mean_of_no_points_is_unknown():
    assert mean_ml([]) is None


def test_mean_of_uneven_points():
    assert mean_ml([Decimal("0.1"), Decimal("0.1"), Decimal("0.25")]) == Decimal("0.15")


@pytest.mark.parametrize(
    ("length_mm", "angle_deg", "depth_mm"),
    [
        ("4", 60, "3.5"),  # the worked example of R4
        ("4", 90, "4.0"),
        ("4", 1, "0.1"),
        ("4", 30, "2.0"),
        ("4.1", 30, "2.1"),  # half a tenth goes up
        ("6", 45, "4.2"),
        ("13", 60, "11.3"),
    ],
)
def test_needle_depth_is_length_times_sine(length_mm, angle_deg, depth_mm):
    assert needle_depth_mm(Decimal(length_mm), angle_deg) == Decimal(depth_mm)


@pytest.mark.parametrize(
    ("volume_ml", "text"),
    [
        ("0.1", "0.1 mL"),
        ("0.10", "0.1 mL"),
        ("1.00", "1 mL"),
        ("10", "10 mL"),
        ("1E+2", "100 mL"),
        ("0", "0 mL"),
        ("0.01", "0.01 mL"),
        ("0.1016666666666666666666666667", "0.1017 mL"),
    ],
)
def test_volume_is_written_one_way(volume_ml, text):
    assert format_ml(Decimal(volume_ml)) == text


def test_length_is_written_with_its_unit():
    assert format_mm(Decimal("3.50")) == "3.5 mm"


@given(volumes)
def test_written_volume_reads_back_as_the_same(volume_ml):
    text = format_ml(volume_ml).removesuffix(" mL")

    assert Decimal(text) == volume_ml
    assert "E" not in text
    assert not text.startswith(".")
    assert "." not in text or not text.endswith("0")
