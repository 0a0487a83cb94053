"""``python -m crrkit`` is the command ``crrkit``."""

from crrkit.cli import main

if __name__ == "__main__":
    main()
