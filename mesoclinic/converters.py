"""What may stand in an address. Anything longer than a key is no page, not an error."""

import datetime as dt

from django.urls import register_converter

from mesoclinic.sheet_codes import SheetCode


class PatientNumber:
    """A record number, `MC000123`, for the patient's key."""

    regex = r"MC[0-9]{6,12}"

    def to_python(self, value: str) -> int:
        key = int(value.removeprefix("MC"))
        if self.to_url(key) != value:
            raise ValueError(value)
        return key

    def to_url(self, value: int) -> str:
        return f"MC{value:06d}"


class SheetCodeText:
    """The code on a session sheet: `S482-KQX41`."""

    regex = r"S[0-9A-Za-z -]{6,24}"

    def to_python(self, value: str) -> SheetCode:
        code = SheetCode.read(value)
        if code is None:
            raise ValueError(value)
        return code

    def to_url(self, value: SheetCode | str) -> str:
        return str(value)


class RecordId:
    """A row's key: at most 18 digits, so that it fits the databases' integers."""

    regex = r"[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class Way:
    """One place up or down a list."""

    regex = "up|down"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


FIRST_DAY, LAST_DAY = dt.date(1000, 1, 1), dt.date(2999, 12, 31)


class Day:
    """A date, `2026-11-24`, in FIRST_DAY to LAST_DAY; any other is no page."""

    regex = r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]"

    def to_python(self, value: str) -> dt.date:
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date) -> str:
        return value.isoformat()


class Week:
    """An ISO week, `2026-W48`, for its Monday. All its days lie in the diary."""

    regex = r"[12][0-9]{3}-W[0-5][0-9]"

    def to_python(self, value: str) -> dt.date:
        monday = dt.date.fromisocalendar(int(value[:4]), int(value[6:]), 1)
        if not self.holds(monday):
            raise ValueError(value)
        return monday

    def to_url(self, value: dt.date) -> str:
        year, week, _ = value.isocalendar()
        return f"{year}-W{week:02}"

    @staticmethod
    def holds(monday: dt.date) -> bool:
        """Whether a week begins and ends in the diary."""
        return FIRST_DAY <= monday <= LAST_DAY - dt.timedelta(days=6)


def register() -> None:
    register_converter(PatientNumber, "patient")
    register_converter(RecordId, "id")
    register_converter(SheetCodeText, "sheet_code")
    register_converter(Way, "way")
    register_converter(Day, "day")
    register_converter(Week, "week")
