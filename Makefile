# What can be done with this checkout. The machine needs Python 3.11 or newer, make and git;
# everything else goes into the folder .venv, in the versions that constraints.txt names. Where Node 20 is there too, it
# checks the explorers' JavaScript; where it is not, a line says so.

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

help: ## say what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile
	@echo "PYTHON=/path/to/python3.12 chooses the interpreter, VENV=folder the environment."

demo: $(VENV)/.with-report ## make a report from the sample data and say where it lies
	@mkdir -p demo
	$(PY) -m crrkit report sample_data/orders.csv --kind orders --customer client_id --at ordered_at \
		--amount total --every month --out demo/report.html --notebook demo/report.ipynb

test: lint ## run the checks and tests: all that is counted, the report, the course, and each page once in the browser
	@sh scripts/javascript.sh test
	$(PY) scripts/chromium.py
	$(PY) -m pytest $(in_two) $(daily) --durations=10

lint: $(VENV)/.with-test ## check style and types
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	@sh scripts/javascript.sh lint

format: $(VENV)/.with-test ## mend style where a tool can
	$(PY) -m ruff check --fix
	$(PY) -m ruff format
	@sh scripts/javascript.sh format

lab: $(VENV)/.with-lab ## open the course in JupyterLab
	$(PY) -m crrkit lab

docs: $(VENV)/.with-docs ## build the documentation as a site that opens from the disk
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --quiet
	@echo "The documentation: $(CURDIR)/build/docs/index.html"

words: $(VENV)/.with-test ## take the messages out of the code, and ask for the Russian of new ones
	$(PY) scripts/words.py

coverage: $(VENV)/.with-test ## measure what tests reach of the floors that compute; fail below the floor in pyproject.toml
	$(PY) -m pytest $(in_two) $(computing) --cov --cov-report=term

mutants: $(VENV)/.with-mutants ## break the counting core by small steps, half an hour, and print what no test notices
	$(PY) scripts/mutants.py

bench: $(VENV)/.with-test ## measure time and memory, and hold them against the run before
	$(PY) scripts/bench.py whole --millions 1
	$(PY) scripts/bench.py

bench-large: $(VENV)/.with-test ## the same as whole processes for 100 million rows; some 3 GB of disk, half an hour
	$(PY) scripts/bench.py whole --millions 100

rivals: .venv-rivals/.installed ## install the other tools that `make bench` holds crrkit against, where they are there

fuzz: $(VENV)/.with-test ## try the laws on many more random inputs, and the door for ten minutes on broken ones
	$(PY) -m pytest -m hypothesis --hypothesis-profile=fuzz --timeout=3600
	$(PY) -W ignore tests/fuzz_door.py 10

test-slow: $(VENV)/.with-test ## try what takes its time: laws over many random lists, every form of a source, whole pages
	$(PY) -m pytest $(in_two) -m "slow and not (engines or pages)"

test-engines: $(VENV)/.with-engines ## try the door on every case there is: PostgreSQL, Spark, half a million rows
	$(PY) -m pytest $(in_two) -m engines

test-pages: $(VENV)/.with-test ## walk through every page: each explorer, the course, JupyterLab and Voilà, in the browser
	$(PY) scripts/chromium.py
	$(PY) -m pytest $(in_two) -m pages

test-lowest: .venv-lowest/.installed ## run the fast tests on the lowest versions that pyproject.toml claims
	.venv-lowest/bin/python -m pytest --ignore=tests/browser -m "not (slow or engines or pages)" -k "not a_run_gives" -W ignore::DeprecationWarning

clean: ## remove all that make made
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
