"""The day's table as HTML, every text escaped.

No template: for a hundred cards one takes longer than all queries together.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self
from zoneinfo import ZoneInfo

from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html

from mesoclinic.html import Filler, joined
from mesoclinic.models import User
from mesoclinic.roles import Permission
from sessions.diary.forms import BACK, FORWARD, button
from sessions.diary.grid import Grid, GridColumn
from sessions.diary.layout import STEP, Cell
from sessions.diary.reading import DiaryVisit

# Escaped text. Only `format_html` makes it; whatever is not, is escaped again.
Html = str

NOTHING: Html = format_html("{}", "")

# Waiting longer than this is too long, in minutes.
LONG_WAIT = 15

# State: its word and the shape beside it. What is not here is set aside.
STATES = {
    "booked": ("Booked", "booked"),
    "late": ("Late", "attention"),
    "arrived": ("Arrived", "clock"),
    "roomed": ("In the room", "underway"),
    "done": ("Done", "fine"),
    "given": ("Given", "fine"),
    "missed": ("Did not attend", "missed"),
}
# The step before: the word on the button that takes the next one.
NEXT = {"booked": "Arrived", "arrived": "In room", "roomed": "Done"}
UNDO = {"arrived": "not arrived", "roomed": "not in the room", "done": "not done"}

# Columns up to this many have room for every button.
_WIDE = 3


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses to fill a key into: asked for once, not for every card."""

    patient: str
    session: str
    course: str
    move: str
    set_aside: str
    leaflet: str
    sheet: str
    arrival: str
    book: str

    @classmethod
    def known(cls) -> Self:
        def keyed(name: str) -> str:
            return reverse(f"sessions:{name}", args=[7]).replace("/7/", "/{}/")

        patient = reverse("patient", args=[7]).replace("MC000007", "MC{}")
        names = ("session", "course", "move", "set_aside", "leaflet", "sheet")
        pages = {name: keyed(name) for name in (*names, "arrival")}
        return cls(patient=patient, book=reverse("sessions:course_new"), **pages)


class Cards:
    """Draws visits for one person, who sees only what they may press."""

    def __init__(self, user: User, now: dt.datetime, zone: ZoneInfo, today: dt.date):
        held = user.permissions
        self.may_step = Permission.COURSE_BOOK in held
        self.may_open = Permission.RECORD_VIEW in held
        self.may_leaflet = Permission.LEAFLET_PRINT in held
        self.may_sheet = Permission.SHEET_PRINT in held
        self.now, self.zone, self.today = now, zone, today
        self.to = Addresses.known()
        self.icons = {
            name: format_html(
                '<svg class="icon" aria-hidden="true" focusable="false">'
                '<use href="{}#{}"></use></svg>',
                static("icons/icons.svg"),
                name,
            )
            for name in ("print", "undo", *(shape for _, shape in STATES.values()))
        }
        self.link = {
            "Open": self._pattern(self.to.session, "Open"),
            "Leaflet": self._pattern(self.to.leaflet, "Leaflet", is_paper=True),
            "Sheet": self._pattern(self.to.sheet, "Sheet", is_paper=True),
            "Move": self._pattern(self.to.move, "Move"),
        }
        self.fill = Filler().fill
        self.words: dict[str, Html] = {}

    def _pattern(self, address: str, label: str, *, is_paper: bool = False) -> str:
        """A link to fill in with a key and a name."""
        target, icon = ' target="_blank"', self.icons["print"]
        return (
            f'<a class="btn btn-quiet" href="{address}"{target if is_paper else ""}'
            f' aria-label="{label}: {{}}">{icon if is_paper else ""}{label}</a>'
        )

    # --- Parts of a card ---

    def time(self, visit: DiaryVisit) -> str:
        return f"{visit.starts_at.astimezone(self.zone):%H:%M}"

    def state(self, visit: DiaryVisit) -> Html:
        """The state by shape and word, and how long somebody has waited."""
        is_today = visit.booked_date == self.today
        state = visit.state(self.now if is_today else None)
        word = self.words.get(state) or self._word(state, visit.status_label)
        if state != "arrived" or not is_today:
            return word
        return self.fill("{}{}", self.waits(visit), word)

    def _word(self, state: str, label: str) -> Html:
        word, shape = STATES.get(state, (label, "booked"))
        self.words[state] = self.fill(
            '<span class="dy-state is-{}">{}{}</span>', state, self.icons[shape], word
        )
        return self.words[state]

    def waits(self, visit: DiaryVisit) -> Html:
        """How long somebody has waited; marked where it is too long."""
        waited = visit.waited_min(self.now)
        return self.fill(
            '<span class="dy-wait{}" data-waited="{}">{} min</span> ',
            " is-long" if waited >= LONG_WAIT else "",
            waited,
            waited,
        )

    def who(self, visit: DiaryVisit) -> Html:
        return self.fill(
            f'<a class="dy-who" id="n-{{}}" href="{self.to.patient}">'
            "<bdi>{}</bdi></a>",
            visit.pk,
            f"{visit.patient_id:06d}",
            visit.listed_name,
        )

    def what(self, visit: DiaryVisit) -> Html:
        if not visit.side_words:
            return self.fill("{}", visit.indication)
        return self.fill(
            '<span class="side">{}</span> {}', visit.side_words, visit.indication
        )

    def over(self, visit: DiaryVisit) -> Html:
        if not visit.is_overbooked:
            return NOTHING
        return self.fill('<span class="dy-over">{}</span> ', "Overbooked")

    def forward(self, visit: DiaryVisit, css: str) -> Html:
        """The button of the next step; nothing where there is none."""
        if visit.step not in NEXT or not self._can_step(visit):
            return NOTHING
        word = NEXT[visit.step]
        return self.fill(
            '<button class="btn {}" id="f-{}" name="step" value="{}"'
            f' formaction="{self.to.arrival}" aria-label="{{}}: {{}}">{{}}</button>',
            css,
            visit.pk,
            button(FORWARD, visit.step),
            visit.pk,
            word,
            visit.listed_name,
            word,
        )

    def back(self, visit: DiaryVisit, css: str) -> Html:
        """The button that takes the last step back."""
        if visit.step not in UNDO or not self._can_step(visit):
            return NOTHING
        return self.fill(
            '<button class="btn {}" id="b-{}" name="step" value="{}"'
            f' formaction="{self.to.arrival}" aria-label="Undo, {{}}: {{}}">{{}}Undo'
            "</button>",
            css,
            visit.pk,
            button(BACK, visit.step),
            visit.pk,
            UNDO[visit.step],
            visit.listed_name,
            self.icons["undo"],
        )

    def _can_step(self, visit: DiaryVisit) -> bool:
        today = visit.booked_date == self.today
        return self.may_step and today and visit.status == "booked"

    def links(self, visit: DiaryVisit) -> Html:
        """Where else one goes from a visit: to open it, move it, print for it."""
        key, name = visit.pk, visit.listed_name
        pattern, texts = "", list[int | str]()
        if self.may_open:
            pattern += self.link["Open"]
            texts += [key, name]
        if self.may_leaflet and visit.has_leaflet:
            pattern += self.link["Leaflet"]
            texts += [key, name]
        if self.may_sheet:
            pattern += self.link["Sheet"]
            texts += [key, name]
        if self.may_step and visit.status == "booked":
            pattern += self.link["Move"]
            texts += [visit.course_id, name]
        return self.fill(pattern, *texts) if texts else NOTHING

    # --- A list, a board ---

    def lines(self, visits: Iterable[DiaryVisit]) -> Html:
        """A row of a table for each visit, those not coming struck out."""
        return joined(self._line(visit) for visit in visits)

    def _line(self, visit: DiaryVisit) -> Html:
        return self.fill(
            '<tr class="{}" id="v-{}"><th scope="row" class="time">{}</th>'
            '<td class="who">{}<span class="sub">{} · {}y</span></td>'
            '<td class="what">{}<span class="sub">{}{}</span></td>'
            '<td>{}</td><td class="acts">{}{}{}</td></tr>',
            "" if visit.is_coming else "is-off",
            visit.pk,
            self.time(visit),
            self.who(visit),
            visit.number_spaced,
            visit.age,
            self.what(visit),
            self.over(visit),
            _dotted(visit.day_label, visit.clinician, visit.room),
            self.state(visit),
            self.forward(visit, "btn-secondary"),
            self.back(visit, "btn-quiet"),
            self.links(visit),
        )

    def board(self, visits: Iterable[DiaryVisit]) -> Html:
        """A card of the arrivals board for each visit."""
        return joined(self._board_card(visit) for visit in visits)

    def _board_card(self, visit: DiaryVisit) -> Html:
        state = visit.state(self.now)
        return self.fill(
            '<li class="dy-card s-{}" id="v-{}">'
            '<p class="dy-top"><b class="dy-time">{}</b> {}</p>'
            '<p>{}</p><p class="dy-what">{}</p><p class="dy-sub">{}{}</p>'
            '<div class="dy-acts">{}{}{}</div></li>',
            state,
            visit.pk,
            self.time(visit),
            self.waits(visit) if state == "arrived" else NOTHING,
            self.who(visit),
            self.what(visit),
            self.over(visit),
            _dotted(visit.day_label, visit.room, visit.clinician),
            self.forward(visit, "btn-secondary btn-forward"),
            self.back(visit, "btn-quiet"),
            self.missed(visit),
        )

    def week_lines(self, visits: Iterable[DiaryVisit]) -> Html:
        """A few words for each visit of a clinician's day."""
        return joined(
            self.fill(
                '<p class="dy-line s-{}"><b class="dy-time">{}</b> {}'
                '<span class="dy-sub">{} · {}</span></p>',
                visit.state(None),
                self.time(visit),
                self.who(visit),
                self.what(visit),
                visit.day_label,
            )
            for visit in visits
        )

    def missed(self, visit: DiaryVisit) -> Html:
        """The way to say that somebody who is late did not come."""
        if not self._can_step(visit) or visit.state(self.now) != "late":
            return NOTHING
        return self.fill(
            f'<a class="btn btn-quiet" href="{self.to.set_aside}"'
            ' aria-label="Did not attend: {}">Did not attend</a>',
            visit.pk,
            visit.listed_name,
        )

    # --- The table ---

    def rows(self, grid: Grid) -> Html:
        """The body of the table, one row for every ten minutes."""
        table = _Table(self, grid)
        return joined(table.rows())


class _Table:
    """A grid as rows of HTML."""

    def __init__(self, cards: Cards, grid: Grid) -> None:
        self.cards, self.grid = cards, grid
        self.is_wide = len(grid.columns) <= _WIDE
        self.on = f"{grid.day:%a %d %b}"
        self.shows_room = grid.by == "clinician"

    def rows(self) -> Iterator[Html]:
        for number, minute in enumerate(self.grid.rows):
            cells = (
                self.cell(column, column.cells[number])
                for column in self.grid.columns
                if number in column.cells
            )
            yield self.cards.fill(
                '<tr{}><th scope="row" data-minute="{}">{}{}</th>{}</tr>',
                self._row_class(minute),
                minute,
                _clock(minute),
                self._now_word(minute),
                joined(cells),
            )

    def _is_now(self, minute: int) -> bool:
        return self.grid.now is not None and minute <= self.grid.now < minute + STEP

    def _row_class(self, minute: int) -> Html:
        names = [
            name
            for name, holds in (
                ("hour", minute % 60 == 0),
                ("is-now", self._is_now(minute)),
            )
            if holds
        ]
        return format_html(' class="{}"', " ".join(names)) if names else NOTHING

    def _now_word(self, minute: int) -> Html:
        if not self._is_now(minute):
            return NOTHING
        return format_html(' <b class="now-word">{}</b>', "now")

    def cell(self, column: GridColumn, cell: Cell) -> Html:
        if cell.kind == "visit":
            return self._td(cell, joined(self._card(v.visit) for v in cell.visits))
        if cell.kind == "free":
            return self._free(column, cell)
        return self._td(cell, cell.word)

    def _card(self, visit: DiaryVisit) -> Html:
        cards = self.cards
        where = visit.room if self.shows_room else visit.clinician
        return cards.fill(
            '<div class="dy-card s-{}">'
            '<p class="dy-top"><b class="dy-time">{}</b> {}</p>'
            '<p>{}</p><p class="dy-what">{}</p>'
            '<p class="dy-sub">{}{}{} · {}y{}</p>{}</div>',
            visit.state(cards.now if visit.booked_date == cards.today else None),
            cards.time(visit),
            cards.state(visit),
            cards.who(visit),
            cards.what(visit),
            cards.over(visit),
            visit.day_label,
            f" · {visit.number_spaced}" if self.is_wide else "",
            visit.age,
            f" · {where}" if where else "",
            self._acts(visit),
        )

    def _acts(self, visit: DiaryVisit) -> Html:
        forward = self.cards.forward(visit, "btn-step")
        back = self.cards.back(visit, "btn-quiet")
        links = self.cards.links(visit)
        if self.is_wide:
            return self.cards.fill(
                '<p class="dy-acts">{}{}{}</p>', forward, back, links
            )
        more = NOTHING
        if back or links:
            more = self.cards.fill(
                '<details class="dy-more"><summary aria-label="More: {}">…</summary>'
                "<p>{}{}</p></details>",
                visit.listed_name,
                back,
                links,
            )
        return self.cards.fill('<div class="dy-acts">{}{}</div>', forward, more)

    def _free(self, column: GridColumn, cell: Cell) -> Html:
        at = _clock(cell.starts)
        if not self.cards.may_step:
            return self._td(cell, f"{at} free")
        return self.cards.fill(
            '<td rowspan="{}" class="free"><a id="t-{}-{}" href="{}?{}"'
            ' aria-label="{} free. Book {}, {}, {}">{} <span>free</span></a></td>',
            cell.rows,
            column.key,
            cell.starts,
            self.cards.to.book,
            self._query(column, cell.starts, at),
            at,
            column.name,
            self.on,
            at,
            at,
        )

    def _query(self, column: GridColumn, starts: int, at: str) -> str:
        plan, key = self.grid.plan, column.key
        clinician, room = key, None
        if self.grid.by == "room":
            clinician, room = plan.clinician_for(key, starts), key
        elif key:
            room = plan.room_for(key, starts)
        said = [("site", self.grid.days.premises.site_id)]
        said += [("clinician", clinician)] if clinician else []
        said += [("room", room)] if room else []
        return "&".join(
            f"{name}={value}"
            for name, value in (*said, ("day", self.grid.day), ("time", at))
        )

    def _td(self, cell: Cell, content: Html) -> Html:
        return self.cards.fill(
            '<td rowspan="{}" class="{}">{}</td>', cell.rows, cell.kind, content
        )


def _dotted(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
