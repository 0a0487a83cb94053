"""What an analyst puts around a report: title, author, note, logo."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from crrkit.ground import InputError, SourceError, gettext as _

LARGEST_LOGO = 200_000  # bytes of a logo
LOGO_KINDS = {
    b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"RIFF": "webp", b"<svg": "svg+xml",
    b"<?xml": "svg+xml",
}  # fmt: skip


@dataclass(frozen=True)
class Dress:
    """What stands around the findings.

    Attributes:
        title: What stands above the headline.
        author: Who answers for the report.
        note: What the analyst adds.
        logo: A picture as an address that holds it, or nothing.
    """

    title: str
    author: str = ""
    note: str = ""
    logo: str = ""


def logo_of(path: str | Path | None) -> str:
    """A picture as an address that holds all of it; a picture cannot run anything.

    Raises:
        SourceError: If it cannot be read.
        InputError: If it is no picture, or a large one.
    """
    if path is None:
        return ""
    try:
        content = Path(path).read_bytes()
    except OSError as refused:
        message = _("logo={path} cannot be read ({why}).")
        raise SourceError(
            message.format(path=path, why=refused.strerror), argument="logo", given=str(path)
        ) from refused
    kind = next((kind for begin, kind in LOGO_KINDS.items() if content.lstrip()[:8].startswith(begin)), None)
    if kind is None or len(content) > LARGEST_LOGO:
        message = _("logo={path} is not an image of at most 200 kB. Give a PNG, JPEG, GIF, WebP or SVG file.")
        raise InputError(message.format(path=path), argument="logo", given=str(path))
    return f"data:image/{kind};base64,{b64encode(content).decode()}"
