"""Files as they lie on a disk: which they are, unpacked, decoded, and where in them the table stands."""

from typing import TYPE_CHECKING

from crrkit.read.disk import files, lines, merged, plain, scratch, sheets, spools
from crrkit.read.disk.bounds import members_of
from crrkit.read.disk.encodings import SURE, encoding_of
from crrkit.read.disk.files import ADDRESS, bad, quoted, without_credentials
from crrkit.read.disk.layout import Layout
from crrkit.read.disk.packed import head_of
from crrkit.read.disk.totals import totals_among

if TYPE_CHECKING:
    from crrkit.read.disk.layout import Fits as Fits

__all__ = [
    "ADDRESS",
    "SURE",
    "Layout",
    "bad",
    "encoding_of",
    "files",
    "head_of",
    "lines",
    "members_of",
    "merged",
    "plain",
    "quoted",
    "scratch",
    "sheets",
    "spools",
    "totals_among",
    "without_credentials",
]
