"""The screens and languages in which a page or picture is looked at: `make test` takes one, `make test-pages` all."""

import pytest

surface = pytest.mark.surface

SCREENS = [pytest.param(1280, "light", marks=surface), (1280, "dark"), (360, "light"), (360, "dark")]
DESK_AND_TELEPHONE = [pytest.param(1280, "light", marks=surface), (360, "dark")]
# Russian words are the longer ones: where they have room, English ones mostly have, too.
DRAWN_IN = ["ru", pytest.param("en", marks=pytest.mark.pages)]
