"""The generated parts of the documentation site that `make docs` builds."""
