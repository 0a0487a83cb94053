"""Detection of the kind of a source, its columns and formats, with reasons and confidence."""

from crrkit.read.guessing.confidence import by_names, confidence_lines, written_in, written_lines
from crrkit.read.guessing.guesses import ROLES, Guess, guess, settle_kind

__all__ = [
    "ROLES", "Guess", "by_names", "confidence_lines", "guess", "settle_kind", "written_in", "written_lines",
]  # fmt: skip
