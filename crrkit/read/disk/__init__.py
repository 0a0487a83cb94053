"""Files as they lie on a disk: which they are, unpacked, decoded, and where in them the table stands."""

from crrkit.ground import face

__getattr__, __dir__, __all__ = face(__name__, __file__)
