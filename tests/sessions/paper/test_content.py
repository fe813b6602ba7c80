"""What the papers are filled with, before anything is printed."""

import json
from dataclasses import FrozenInstanceError

import pytest

from sessions.paper.content import LeafletContent, SheetState
from sessions.paper.samples import draft_sheet, leaflet, signed_sheet


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"keep_until": "", "visits": (), "evaluation": ""},
        {"reprint_of": "Reprint of …", "patient_name": "فاطمة Łódź \u2028 \"'<b>"},
    ],
)
def test_a_leaflet_comes_back_from_json_as_it_was(changes: dict) -> None:
    handed_over = leaflet(**changes)

    kept = json.loads(json.dumps(handed_over.as_json()))

    assert LeafletContent.from_json(kept) == handed_over
    assert kept == handed_over.as_json()


def test_a_leaflet_keeps_its_own_words_whatever_is_drafted_later() -> None:
    kept = leaflet(call_us=("the old words",)).as_json()

    assert LeafletContent.from_json(kept).call_us == ("the old words",)


def test_content_cannot_be_changed_once_filled() -> None:
    with pytest.raises(FrozenInstanceError):
        leaflet().keep_until = "12:00"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        (draft_sheet(), "DRAFT – not signed"),
        (draft_sheet(state=SheetState.BLANK), "Blank form to write on"),
        (signed_sheet(amendments=()), "Signed record"),
        (signed_sheet(), "Signed record, amended"),
        (
            signed_sheet(signature_holds=False),
            "Signed record – DOES NOT MATCH ITS SIGNATURE",
        ),
    ],
)
def test_a_sheet_says_what_it_is(sheet, words: str) -> None:
    assert sheet.state_words == words
