"""The screens on which a page is looked at: `make test` takes the one marked, `make test-pages` all."""

import pytest

surface = pytest.mark.surface

SCREENS = [pytest.param(1280, "light", marks=surface), (1280, "dark"), (360, "light"), (360, "dark")]
DESK_AND_TELEPHONE = [pytest.param(1280, "light", marks=surface), (360, "dark")]
