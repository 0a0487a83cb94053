"""What a result means: noise, comparison, conventions, decomposition, verdicts."""

from crrkit.ground import face

__getattr__, __dir__, __all__ = face(__name__, __file__)
