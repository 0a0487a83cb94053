"""Measures: retention by period, purchase rhythm, revenue, cohorts, stages, lifetime; computed from small frames."""

from crrkit.ground import face

__getattr__, __dir__, __all__ = face(__name__, __file__)
