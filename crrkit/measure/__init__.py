"""Small frames become results: the account of every period, its rhythm, its money."""

from crrkit.ground import face

__getattr__, __dir__, __all__ = face(__name__, __file__)
