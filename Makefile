# Tasks for this checkout. They need Python 3.11 or newer, make and git; everything else is installed into .venv, in the
# versions that constraints.txt pins. With Node 20 the explorers' JavaScript is checked, too; without it a line says so.

VENV ?= .venv
PY := $(VENV)/bin/python

# What builds the package is constrained too; pip 25.3 and newer read that from the second name.
constrained = PIP_CONSTRAINT=$(1) PIP_BUILD_CONSTRAINT=$(1)
install := -m pip --disable-pip-version-check install -qq --editable

# Two processes, each with whole files, in the order of the folders: the browser is slow and begins.
in_two := -n 2 --dist loadfile --no-loadscope-reorder -p no:nbval

# Examples for the floors that compute; what a report or a picture happens to run through does not count.
computing := crrkit/counts crrkit/rules crrkit/reduce crrkit/read crrkit/measure crrkit/judge tests \
	-m "not (engines or pages or real_data or hypothesis)" --ignore=tests/browser \
	$(foreach subject,report figures widgets lessons lab cli docs bench mutants language house notebooks,--ignore-glob='*/test_$(subject)*')

# What is slow or wide by nature has a target of its own; .ci/run runs all of them.
daily := -m "not (slow or engines or pages)"

# What Python compiled is kept, whatever the machine says: else each of some hundred processes compiles crrkit again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo test lint format lab docs words coverage mutants bench bench-large rivals fuzz test-slow test-engines test-pages test-lowest clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile
	@echo "Set PYTHON=/path/to/python3.12 to choose the interpreter, VENV=folder the environment."

demo: $(VENV)/.with-report ## write a report from the sample data and print its path
	@mkdir -p demo
	$(PY) -m crrkit report sample_data/orders.csv --kind orders --customer client_id --at ordered_at \
		--amount total --out demo/report.html --notebook demo/report.ipynb

test: lint ## run lint and the fast tests, each kind of page once in the browser
	@sh scripts/javascript.sh test
	$(PY) scripts/chromium.py
	$(PY) -m pytest $(in_two) $(daily) --durations=10

lint: $(VENV)/.with-test ## check style and types, Python and JavaScript
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	@sh scripts/javascript.sh lint

format: $(VENV)/.with-test ## fix style automatically
	$(PY) -m ruff check --fix
	$(PY) -m ruff format
	@sh scripts/javascript.sh format

lab: $(VENV)/.with-lab ## open the course in JupyterLab
	$(PY) -m crrkit lab

docs: $(VENV)/.with-docs ## build the documentation site, which opens from disk
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --quiet
	@echo "The documentation: $(CURDIR)/build/docs/index.html"

words: $(VENV)/.with-test ## extract the messages from the code and list those without Russian
	$(PY) scripts/words.py

coverage: $(VENV)/.with-test ## measure test coverage of the computing folders; fail below the limit in pyproject.toml
	$(PY) -m pytest $(in_two) $(computing) --cov --cov-report=term

mutants: $(VENV)/.with-mutants ## mutation-test the counting core for half an hour and print surviving mutants
	$(PY) scripts/mutants.py

bench: $(VENV)/.with-test ## measure time and memory, compared with the previous run
	$(PY) scripts/bench.py whole --millions 1
	$(PY) scripts/bench.py

bench-large: $(VENV)/.with-test ## benchmark whole processes on 100 million rows: 3 GB of disk, half an hour
	$(PY) scripts/bench.py whole --millions 100

rivals: .venv-rivals/.installed ## install the tools that `make bench` compares crrkit with

fuzz: $(VENV)/.with-test ## test properties on many more random inputs, and the readers on broken files for ten minutes
	$(PY) -m pytest -m hypothesis --hypothesis-profile=fuzz --timeout=3600
	$(PY) -W ignore tests/fuzz_door.py 10

test-slow: $(VENV)/.with-test ## run the slow tests: properties over many random lists, every source format, whole pages
	$(PY) -m pytest $(in_two) -m "slow and not (engines or pages)"

test-engines: $(VENV)/.with-engines ## run the engine tests: PostgreSQL, Spark, every reader case, half a million rows
	$(PY) -m pytest $(in_two) -m engines

test-pages: $(VENV)/.with-test ## run the browser tests: every explorer, the course, JupyterLab and Voilà
	$(PY) scripts/chromium.py
	$(PY) -m pytest $(in_two) -m pages

test-lowest: .venv-lowest/.installed ## run the fast tests on the lowest supported versions of the dependencies
	.venv-lowest/bin/python -m pytest --ignore=tests/browser -m "not (slow or engines or pages)" -k "not a_run_gives" -W ignore::DeprecationWarning

clean: ## remove everything that make created
	rm -rf .venv .venv-* node_modules mutants demo dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The environment. A stamp says what was done; naming another interpreter makes the environment anew.

made := $(VENV)/.made$(if $(PYTHON),-by-$(subst /,-,$(PYTHON)))

$(made):
	@python=$$(sh scripts/python.sh $(PYTHON)) && echo "Making $(VENV) with $$python" && \
		"$$python" -m venv --clear $(VENV)
	@touch $(VENV)/.made $@

$(VENV)/.with-%: pyproject.toml constraints.txt | $(made)
	@echo "Installing crrkit[$*] into $(VENV): a minute or two, once."
	@$(call constrained,constraints.txt) $(PY) $(install) '.[$*]'
	@echo '{}' > $(VENV)/package.json  # else Node reads JupyterLab's scripts as modules, as this folder's package.json says
	@touch $@

.venv-rivals/.installed: benchmarks/requirements.txt
	@python=$$(sh scripts/python.sh $(PYTHON)) && "$$python" -m venv --clear .venv-rivals
	@echo "Installing other tools into .venv-rivals: some minutes, once."
	@.venv-rivals/bin/python -m pip --disable-pip-version-check install -qq -r benchmarks/requirements.txt
	@touch $@

# No wheels of the lowest numpy exist for Python 3.13, and its pins would contradict constraints.txt.
.venv-lowest/.installed: pyproject.toml scripts/lowest.py
	@python=$$(sh scripts/python.sh python3.11 python3.12) && "$$python" -m venv --clear .venv-lowest
	@.venv-lowest/bin/python scripts/lowest.py pyproject.toml > .venv-lowest/constraints.txt
	@echo "Installing crrkit in its lowest versions into .venv-lowest: a minute or two, once."
	@$(call constrained,.venv-lowest/constraints.txt) .venv-lowest/bin/python $(install) '.[report,excel,identity]' \
		hypothesis polars pytest pytest-timeout scipy statsmodels
	@touch $@
