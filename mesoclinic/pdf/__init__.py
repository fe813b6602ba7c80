"""Paper: HTML to PDF in child processes, finished documents, pages as pictures."""

from mesoclinic.pdf.documents import Document, failure, papers, pdf_response
from mesoclinic.pdf.paper import Paper, PdfError, Printed
from mesoclinic.pdf.pictures import picture
from mesoclinic.pdf.press import make_pdf
from mesoclinic.pdf.together import joined, make_all

__all__ = [
    "Document",
    "Paper",
    "PdfError",
    "Printed",
    "failure",
    "joined",
    "make_all",
    "make_pdf",
    "papers",
    "pdf_response",
    "picture",
]
