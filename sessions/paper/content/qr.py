"""QR codes, as pictures that a page holds in itself."""

from base64 import b64encode
from functools import lru_cache
from io import BytesIO

import zint
from PIL import Image, ImageOps

# How much of a code may be unreadable, as zint numbers it: 7 % and 15 %.
LOW, MEDIUM = 1, 2
# Light modules all round (ISO/IEC 18004).
QUIET_MODULES = 4
# A module is so many pixels wide: a viewer that softens edges leaves its middle dark.
_PIXELS = 4


@lru_cache(maxsize=256)
def qr_code(text: str, *, error: int = MEDIUM) -> str:
    """Return the address of a picture of `text`: a PNG of its own (RFC 2397).

    The text goes into it as UTF-8 and nothing says so: that is what phones expect.
    Kept, because a page asks for it several times. A picture, because to lay out the
    thousand strokes of a drawing takes a third of the time of a leaflet.
    """
    symbol = zint.Symbol()
    symbol.symbology = zint.Symbology.QRCODE
    symbol.input_mode = zint.InputMode.DATA  # type: ignore[attr-defined]
    symbol.option_1 = error
    symbol.encode(text.encode())
    png = BytesIO()
    _picture(symbol).save(png, "PNG")
    return f"data:image/png;base64,{b64encode(png.getvalue()).decode()}"


def _picture(symbol: zint.Symbol) -> Image.Image:
    # One bit for each module, the first one lowest; a row is longer than is filled.
    bits = symbol.encoded_data
    size = (symbol.width, symbol.rows)
    row = bits.nbytes // len(bits)
    modules = Image.frombytes("1", size, bits.tobytes(), "raw", "1;IR", row)
    code = ImageOps.expand(modules.convert("L"), border=QUIET_MODULES, fill="white")
    return ImageOps.scale(code, _PIXELS, Image.Resampling.NEAREST)
