"""Paper: HTML to PDF in child processes, finished documents, pages as pictures."""

from mesoclinic.pdf.documents import Document, failure, papers, pdf_response
from mesoclinic.pdf.paper import Paper, PdfError, Printed
from mesoclinic.pdf.pictures import picture
from mesoclinic.pdf.press import make_pdf
from mesoclinic.pdf.together import joined, joined_key, make_all, prepare_joined

__all__ = [
    "Document",
    "Paper",
    "PdfError",
    "Printed",
    "failure",
    "joined",
    "joined_key",
    "make_all",
    "make_pdf",
    "papers",
    "pdf_response",
    "picture",
    "prepare_joined",
]
