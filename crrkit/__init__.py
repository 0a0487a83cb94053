"""crrkit: did we keep our customers?

The customer retention rate as an account that balances, with its definition and its uncertainty. ``__init__.pyi`` lists
the names; each is loaded when it is first used, so that ``import crrkit`` costs next to nothing.
"""

from crrkit.ground import face

__getattr__, __dir__, __all__ = face(__name__, __file__)
