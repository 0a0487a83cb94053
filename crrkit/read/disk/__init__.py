"""Files on disk: finding, decompressing and decoding them, and locating the table in them."""

from crrkit.ground import face

__getattr__, __dir__, __all__ = face(__name__, __file__)
