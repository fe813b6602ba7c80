from sessions.paper.views.codes import sheet_of_code
from sessions.paper.views.lists import leaflet_sample, outdated
from sessions.paper.views.pack import pack, pack_begin, pack_pdf, pack_progress
from sessions.paper.views.papers import pdf_of, picture_of, preview_of

__all__ = [
    "leaflet_sample",
    "outdated",
    "pack",
    "pack_begin",
    "pack_pdf",
    "pack_progress",
    "pdf_of",
    "picture_of",
    "preview_of",
    "sheet_of_code",
]
