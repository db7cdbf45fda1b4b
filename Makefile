# Two commands do everything: `make demo` shows the product, `make test` sets up and runs all tests.
PY := .venv/bin/python
STAMP := .venv/.installed

# A few files of tests at a time: many wait for a server. Those with a browser run one by one: they look at the clock.
SOME := --numprocesses 3 --dist loadfile

.PHONY: setup demo test check lint bench pictures lock clean

setup: $(STAMP)

$(STAMP): requirements/dev.txt requirements/uv.txt pyproject.toml hatch_build.py $(wildcard src/krisenfest/locale/*/LC_MESSAGES/*.po src/krisenfest/web/locale/*/LC_MESSAGES/*.po)
	@test -x $(PY) || python3 -m venv .venv
	@test -x .venv/bin/uv || $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@.venv/bin/uv pip install --quiet --python $(PY) --require-hashes -r requirements/dev.txt
	@.venv/bin/uv pip install --quiet --python $(PY) --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	@.venv/bin/krisenfest demo

test: setup
	@scripts/ensure-chromium || true
	@scripts/ensure-dovecot || true
	$(PY) -m pytest $(SOME) -m "not browser"
	$(PY) -m pytest -m browser
	scripts/with-postgres $(PY) -m pytest -q $(SOME) tests/web
	scripts/with-postgres $(PY) -m pytest -q tests/journeys/test_desk.py::test_each_of_the_five_verbs_leads_to_the_public_site

lint: setup
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	KRISENFEST_DATA=.venv/desk .venv/bin/mypy
	.venv/bin/lint-imports

check: lint test

RECORDS ?= 10000
RUNS ?= 5
bench: setup
	$(PY) bench/run.py --records $(RECORDS) --runs $(RUNS)
	$(PY) bench/registrations.py --runs $(RUNS)
	scripts/with-postgres $(PY) bench/registrations.py --runs $(RUNS)
	$(PY) bench/live.py

pictures: setup
	$(PY) scripts/pictures.py

LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header
# run.txt takes its versions from dev.txt: what runs in a town is what was tested.
lock:
	$(LOCK) --group dev pyproject.toml -o requirements/dev.txt
	$(LOCK) --constraint requirements/dev.txt pyproject.toml -o requirements/run.txt
	$(LOCK) --group bench -o requirements/bench.txt
	echo uv | $(LOCK) - -o requirements/uv.txt

clean:
	rm -rf .venv build dist src/krisenfest/site/assets/vendor
