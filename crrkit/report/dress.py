"""The framing of a report: title, author, note, logo."""

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
    """The framing of the findings.

    Attributes:
        title: The title above the headline.
        author: The author.
        note: The analyst's note.
        logo: A picture as a data URL, or nothing.
    """

    title: str
    author: str = ""
    note: str = ""
    logo: str = ""


def logo_of(path: str | Path | None) -> str:
    """A picture as a data URL, which cannot execute scripts.

    Raises:
        SourceError: If it cannot be read.
        InputError: If it is not a picture, or too large.
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
