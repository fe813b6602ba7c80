"""Courses, the diary, visits and their paper."""

from django.urls import URLPattern, path

from sessions.courses import views as courses
from sessions.diary import views as diary
from sessions.diary.feeds import views as feeds
from sessions.outcomes import views as outcomes
from sessions.paper import views as paper
from sessions.paper.ahead import makes_papers
from sessions.paper.kinds import KINDS, Kind
from sessions.paper.outdated import outdated_leaflets
from sessions.paper.photos import views as photos
from sessions.recording import views as recording
from sessions.recording.recall import views as recall

app_name = "sessions"

# The courses' pages know nothing of paper; what they ask about it is handed in.
_leaflets = {"outdated_leaflets": outdated_leaflets}


def _addresses(kind: Kind) -> list[URLPattern]:
    """Return the three addresses of a kind of paper."""
    slug, of = kind.slug, f"sessions/<id:pk>/{kind.slug}"
    return [
        path(f"{of}.pdf", paper.pdf_of(kind), name=slug),
        path(f"{of}/", paper.preview_of(kind), name=f"{slug}_preview"),
        path(f"{of}/<id:page>.png", paper.picture_of(kind), name=f"{slug}_picture"),
    ]


urlpatterns = [
    path("courses/new/", courses.book, name="course_new"),
    path("courses/dates/", courses.dates, name="dates"),
    path("courses/<id:pk>/", courses.course, _leaflets, name="course"),
    path("courses/<id:pk>/move/", courses.move, _leaflets, name="move"),
    path("courses/<id:pk>/cancel/", courses.cancel, name="cancel"),
    path("courses/<id:pk>/earlier/", courses.earlier, name="earlier"),
    path("courses/<id:pk>/earlier/withdraw/", courses.not_earlier, name="not_earlier"),
    path("changes/<id:pk>/undo/", courses.undo, name="undo"),
    path("waiting/", courses.waiting, name="waiting"),
    path("rebook/", courses.rebook, name="rebook"),
    path("leaflets/<id:pk>/sample.pdf", paper.leaflet_sample, name="leaflet_sample"),
    path("leaflets/outdated/", paper.outdated, name="outdated_leaflets"),
    path("courses/<id:pk>/close/", courses.close, name="close"),
    path("courses/<id:pk>/evaluate/", outcomes.evaluate, name="evaluate"),
    path("diary/", diary.go, name="go"),
    path("diary/<day:day>/", diary.day, name="day"),
    path("diary/<week:week>/", diary.week, name="week"),
    path("board/", diary.board, name="board"),
    path("sessions/<id:pk>/arrival/", diary.arrival, name="arrival"),
    path("feed/", feeds.feed, name="feed"),
    path("feed/revoke/", feeds.feed_revoke, name="feed_revoke"),
    path("feeds/<str:token>.ics", feeds.feed_ics, name="feed_ics"),
    path("sessions/<id:pk>/", makes_papers(recording.session), name="session"),
    path("sessions/<id:pk>/check/", recording.check, name="check"),
    path("sessions/<id:pk>/sign/", makes_papers(recording.sign), name="sign"),
    path("sessions/<id:pk>/amend/", makes_papers(recording.amend), name="amend"),
    path("sessions/<id:pk>/void/", makes_papers(recording.void), name="void"),
    path("sessions/<id:pk>/consent/", recording.consent, name="consent"),
    path("sessions/<id:pk>/side/", makes_papers(recording.side), name="side"),
    path("sessions/<id:pk>/favourite/", recording.favourite, name="favourite"),
    path(
        "sessions/<id:pk>/favourite/<id:template_pk>/drop/",
        recording.favourite_drop,
        name="favourite_drop",
    ),
    path("recall/<id:pk>/", recall.recall, name="recall"),
    path("recall/<id:pk>.csv", recall.recall_csv, name="recall_csv"),
    path("sessions/<id:pk>/set-aside/", courses.set_aside, name="set_aside"),
    path("diary/<day:day>/pack/", paper.pack, name="pack"),
    path("diary/<day:day>/pack/begin/", paper.pack_begin, name="pack_begin"),
    path("diary/<day:day>/pack.pdf", paper.pack_pdf, name="pack_pdf"),
    path(
        "diary/<day:day>/pack/<slug:token>/",
        paper.pack_progress,
        name="pack_progress",
    ),
    path("sheets/<sheet_code:code>/", paper.sheet_of_code, name="sheet_of_code"),
    *(each for kind in KINDS for each in _addresses(kind)),
    path("sessions/<id:pk>/photos/", photos.photos, name="photos"),
    path("photos/<id:pk>.jpg", photos.photo, name="photo"),
    path("photos/<id:pk>/withdraw/", photos.photo_withdraw, name="photo_withdraw"),
]
