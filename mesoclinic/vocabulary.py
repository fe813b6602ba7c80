"""The words that every floor of the house shares, with how screens and paper say them.

Pure: no Django. A model takes them as `choices=partial(choices, Side)`, which also
keeps the wording out of migrations.
"""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A stored word and its label: `LEFT = "left", "Left"`."""

    _label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member._label = label
        return member

    @property
    def label(self) -> str:
        """The word as people read it."""
        return self._label


class Side(Labelled):
    """Which side is treated. Chosen, never assumed: `NONE` means nobody has yet."""

    LEFT = "left", "left"
    RIGHT = "right", "right"
    BOTH = "both", "both sides"
    NONE = "none", "no side"


class AllergyState(Labelled):
    """What is known about a patient's allergies. An empty list says nothing."""

    KNOWN = "known", "Known allergies"
    NONE_KNOWN = "none_known", "No known allergies"
    NOT_RECORDED = "not_recorded", "Allergies not recorded"
    UNAVAILABLE = "unavailable", "Allergies unavailable"


class Severity(Labelled):
    """What a finding asks for."""

    BLOCK = "block", "Must be changed"
    REASON = "reason", "Needs a reason"
    INFO = "info", "For information"
    UNKNOWN = "unknown", "Not recorded"


class Consent(Labelled):
    """The patient's answer to the current consent text."""

    NOT_RECORDED = "", "Not recorded"
    GIVEN = "given", "Given"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"


class MixingPolicy(Labelled):
    """What the clinic allows to be mixed in one syringe."""

    NONE = "none", "No mixtures: one product in a syringe"
    AT_MOST = "at_most", "At most so many products"
    PHARMACY = "pharmacy", "Mixtures from a pharmacy only"


class Answer(Labelled):
    """An answer to a question that nobody may skip."""

    NOT_RECORDED = "", "Not recorded"
    YES = "yes", "Yes"
    NO = "no", "No"


class Forearm(Labelled):
    """How the forearm lay: the tendon of extensor carpi ulnaris moves with it."""

    NOT_RECORDED = "", "Not recorded"
    SUPINATION = "supination", "Palm up"
    NEUTRAL = "neutral", "Thumb up"
    PRONATION = "pronation", "Palm down"


class SafetyCheck(Labelled):
    """What is ticked before the needle, each with its time."""

    IDENTITY = "identity", "Identity spoken: name and date of birth"
    SIDE = "side", "Side marked on the skin"
    STOP = "stop", "Stop moment: side, place, mixture, expiry"


class Change(Labelled):
    """How a patient is since the session before."""

    BETTER = "better", "Better"
    SAME = "same", "Same"
    WORSE = "worse", "Worse"


class Judgement(Labelled):
    """Whether a course helped, as judged at its evaluation."""

    YES = "yes", "Helped"
    PARTLY = "partly", "Helped in part"
    NO = "no", "Did not help"


class LeafletFormat(Labelled):
    """How a leaflet is laid out; the words are the same in each."""

    STANDARD = "standard", "Standard"
    LARGE = "large", "Large print"
    EASY = "easyread", "Easy read"


class Sex(Labelled):
    """A patient's recorded sex."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Other"
    NOT_KNOWN = "not_known", "Not known"


def choices(words: type[Labelled]) -> list[tuple[str, str]]:
    """Return (stored word, label) pairs in the order in which they are declared."""
    return [(word.value, word.label) for word in words]
