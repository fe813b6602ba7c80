"""Several documents as one, each still tagged for screen readers.

What joins pages alone loses the structure they are read by: here the trees of all
documents hang below one root, and each page finds its own part again (PDF 32000-1,
14.7.4.4: a page's StructParents is a number in the parent tree).
"""

import io
from collections.abc import Iterable

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf

from mesoclinic.pdf.paper import Printed


def join(documents: Iterable[Printed], *, title: str) -> Printed:
    """Return the documents one after the other, as PDF/UA-1 under one title."""
    with Pdf.new() as joined:
        tree = _Tree(joined)
        for document in documents:
            with Pdf.open(io.BytesIO(document.content)) as part:
                tree.add(part)
        tree.close()
        _describe(joined, title)
        target = io.BytesIO()
        joined.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return Printed(target.getvalue(), pages=len(joined.pages))


class _Tree:
    """The structure of what was joined so far, and the next free number in it."""

    def __init__(self, joined: Pdf) -> None:
        self.joined = joined
        self.parts: list[Object] = []
        self.numbers: list[Object | int] = []
        self.next = 0

    def add(self, part: Pdf) -> None:
        first = len(self.joined.pages)
        self.joined.pages.extend(part.pages)
        # After the pages: what refers to them now finds the copies.
        root = self.joined.copy_foreign(part.make_indirect(part.Root.StructTreeRoot))
        used = 0
        for number, parents in _pairs(root.ParentTree):
            self.numbers += [self.next + number, parents]
            used = max(used, number + 1)
        for page in list(self.joined.pages)[first:]:
            self._renumber(page.obj)
        self.parts += list(root.K) if isinstance(root.K, Array) else [root.K]
        self.next += used

    def _renumber(self, page: Object) -> None:
        if Name.StructParents in page:
            page.StructParents = int(page.StructParents) + self.next
        for annotation in page.get(Name.Annots, Array()):
            if Name.StructParent in annotation:
                annotation.StructParent = int(annotation.StructParent) + self.next

    def close(self) -> None:
        numbers = self.joined.make_indirect(Dictionary(Nums=Array(self.numbers)))
        whole = Dictionary(Type=Name.StructElem, S=Name.Document, K=Array(self.parts))
        whole = self.joined.make_indirect(whole)
        root = Dictionary(Type=Name.StructTreeRoot, ParentTree=numbers, K=whole)
        root.ParentTreeNextKey = self.next
        whole.P = self.joined.Root.StructTreeRoot = self.joined.make_indirect(root)
        for part in self.parts:
            part.S, part.P = Name.Part, whole


def _pairs(tree: Object) -> Iterable[tuple[int, Object]]:
    """Return the entries of a number tree, wherever its nodes hang."""
    for kid in tree.get(Name.Kids, Array()):
        yield from _pairs(kid)
    numbers = tree.get(Name.Nums, Array())
    for place in range(0, len(numbers), 2):
        yield int(numbers[place]), numbers[place + 1]


def _describe(joined: Pdf, title: str) -> None:
    joined.Root.Lang = "en"
    joined.Root.MarkInfo = Dictionary(Marked=True)
    joined.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    with joined.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata["dc:title"] = title
        metadata["pdfuaid:part"] = "1"
    joined.docinfo[Name.Title] = title
