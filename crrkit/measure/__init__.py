"""Measures from reduced data: retention by period, purchase rhythm, revenue, renewals."""

from crrkit.ground import face

__getattr__, __dir__, __all__ = face(__name__, __file__)
