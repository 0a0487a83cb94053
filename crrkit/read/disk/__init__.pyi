# What the room shows, and where it lives; loaded when first used: spreadsheets need pandas.
from crrkit.read.disk import (
    files as files,
    lines as lines,
    nested as nested,
    plain as plain,
    scratch as scratch,
    sheets as sheets,
    spools as spools,
)
from crrkit.read.disk.encodings import SURE as SURE, encoding_of as encoding_of
from crrkit.read.disk.files import (
    ADDRESS as ADDRESS,
    bad as bad,
    quoted as quoted,
    without_credentials as without_credentials,
)
from crrkit.read.disk.layout import Fits as Fits, Layout as Layout
from crrkit.read.disk.packed import head_of as head_of, members_of as members_of
from crrkit.read.disk.plain import Plain as Plain
from crrkit.read.disk.sheets import Sheet as Sheet
