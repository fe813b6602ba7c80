import pytest

from mesoclinic import vocabulary
from mesoclinic.vocabulary import (
    AllergyState,
    Consent,
    Judgement,
    Labelled,
    Severity,
    Sex,
    Side,
    choices,
)

EVERY_LIST = Labelled.__subclasses__()


def test_word_is_its_stored_text():
    assert Side.LEFT == "left"
    assert Side("left") is Side.LEFT
    assert f"{Side.LEFT}" == "left"


@pytest.mark.parametrize(
    ("word", "label"),
    [
        (Side.NONE, "no side"),
        (AllergyState.KNOWN, "Known allergies"),
        (AllergyState.NONE_KNOWN, "No known allergies"),
        (AllergyState.NOT_RECORDED, "Allergies not recorded"),
        (AllergyState.UNAVAILABLE, "Allergies unavailable"),
        (Severity.UNKNOWN, "Not recorded"),
        (Judgement.PARTLY, "Helped in part"),
        (Sex.NOT_KNOWN, "Not known"),
    ],
)
def test_label_is_what_people_read(word, label):
    assert word.label == label


def test_consent_not_recorded_is_stored_as_nothing():
    assert Consent("") is Consent.NOT_RECORDED
    assert not Consent.NOT_RECORDED


def test_choices_are_in_the_order_declared():
    assert choices(Side) == [
        ("left", "left"),
        ("right", "right"),
        ("both", "both sides"),
        ("none", "no side"),
    ]


@pytest.mark.parametrize("words", EVERY_LIST, ids=lambda words: words.__name__)
def test_every_word_has_a_label_of_its_own(words):
    labels = [label for _, label in choices(words)]

    assert all(labels)
    assert len(set(labels)) == len(labels)


def test_severities_are_those_of_the_rules():
    assert [*vocabulary.Severity] == ["block", "reason", "info", "unknown"]
