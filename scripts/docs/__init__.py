"""The documentation as a site: what is written for it by the code itself. `make docs` builds it."""
