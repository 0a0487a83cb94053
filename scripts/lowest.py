"""Print the lowest versions that pyproject.toml allows, as constraints for `make test-lowest`."""

import re
import sys
import tomllib
from pathlib import Path

FLOOR = re.compile(r"^(?P<name>[\w.-]+)(?:\[.*\])?>=(?P<version>[\w.]+)$")


def lowest(requirements: list[str]) -> list[str]:
    """Turn each `name>=version` into `name==version`.

    >>> lowest(["numpy>=1.26", "ibis-framework[duckdb]>=10"])
    ['numpy==1.26', 'ibis-framework==10']
    """
    matches = (FLOOR.match(requirement) for requirement in requirements)
    return [f"{match['name']}=={match['version']}" for match in matches if match]


if __name__ == "__main__":
    project = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    print("\n".join(lowest([*project["dependencies"], *extras["report"], *extras["excel"], *extras["identity"]])))
