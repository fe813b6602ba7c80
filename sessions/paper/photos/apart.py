"""Read an attached file in a process of its own, which can be ended. Pure.

Decoders are the one part of the program that reads what a stranger made byte by byte.
Whatever a file does to one, it crashes, never ends or takes all memory, it does so to
a child with little time and little memory, and whoever attached it is told. The child
also has a Pillow of its own: WeasyPrint tells that of this process to make do with
half a file.
"""

import resource
import struct
import subprocess
import sys
import threading
from pathlib import Path

from sessions.paper.photos.reencoding import NotAPicture, reencoded

LONGEST_S = 40
_LONGEST_CPU_S = 30
_MOST_MEMORY = 2 * 1024**3  # bytes
_ROOT = Path(__file__).resolve().parents[3]
_TAKEN, _REFUSED = b"T", b"R"
_LENGTH = struct.Struct(">I")
# One after another: several at once would be several times the memory.
_reading = threading.Lock()


def reencoded_apart(data: bytes) -> list[bytes]:
    """Return what `reencoded` does, also where a file would be the end of it."""
    try:
        with _reading:
            child = subprocess.run(
                [sys.executable, "-m", __name__],
                input=data,
                stdout=subprocess.PIPE,
                cwd=_ROOT,
                timeout=LONGEST_S,
                check=True,
            )
    except subprocess.SubprocessError as error:
        raise NotAPicture(
            "This file cannot be read. Photograph or scan the sheet again, and attach "
            "the new file."
        ) from error
    said, rest = child.stdout[:1], child.stdout[1:]
    if said == _REFUSED:
        raise NotAPicture(rest.decode())
    return _unpacked(rest)


def _packed(pages: list[bytes]) -> bytes:
    return b"".join(_LENGTH.pack(len(page)) + page for page in pages)


def _unpacked(rest: bytes) -> list[bytes]:
    pages = []
    while rest:
        (length,) = _LENGTH.unpack_from(rest)
        end = _LENGTH.size + length
        pages.append(rest[_LENGTH.size : end])
        rest = rest[end:]
    return pages


def _answer(data: bytes) -> bytes:
    try:
        return _TAKEN + _packed(reencoded(data))
    except NotAPicture as refusal:
        return _REFUSED + str(refusal).encode()


def main() -> None:
    """The child: a file comes in, its pages or a sentence go out."""
    resource.setrlimit(resource.RLIMIT_CPU, (_LONGEST_CPU_S, _LONGEST_CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    sys.stdout.buffer.write(_answer(sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
