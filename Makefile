# Every target sets up what it needs in .venv first; nothing else on the machine is touched.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt

.PHONY: run test prove bench page docs clean

run: .venv/.run  ## fit the bundled measurements, print the answer, write the picture; open the lesson's lab
	@mkdir -p out
	$(BIN)/squiggly fit examples/puromycin.csv "rate = vmax*concentration/(km + concentration)" --plot out/puromycin.png
	$(BIN)/squiggly lab --lesson --title "How does a neural net really work?" --output out/lesson.html --open

test: .venv/.test  ## everything, in minutes; long checks as a seeded sample
	$(BIN)/ruff check src tests benchmarks docs web
	$(BIN)/ruff format --check src tests benchmarks docs web
	$(BIN)/mypy & types=$$!; $(BIN)/python web/test.py --packages && wait $$types
	$(BIN)/python -m pytest --numprocesses auto
	$(BIN)/python web/test.py

prove: .venv/.test .venv/.bench  ## the long checks whole, then the benchmarks into benchmarks/RESULTS.md
	$(BIN)/python -m pytest --numprocesses auto -m prove --prove
	$(BIN)/python web/test.py --prove
	$(BIN)/python benchmarks/run.py

bench: .venv/.bench  ## the benchmarks alone
	$(BIN)/python benchmarks/run.py

page: .venv/.test  ## rebuild the page's bundle, which is committed; needs Node.js
	$(BIN)/python web/generate.py
	npm ci --prefix web --silent --ignore-scripts
	node web/build.mjs

docs: .venv/.test  ## rewrite the pages that are generated from the code
	$(BIN)/python docs/build.py

clean:
	rm -rf .venv out build web/node_modules

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python pyproject.toml constraints.txt
	$(INSTALL) --editable .
	@touch $@

.venv/.test: .venv/bin/python pyproject.toml constraints.txt
	$(INSTALL) --editable '.[test]'
	@touch $@ .venv/.run

.venv/.bench: .venv/bin/python pyproject.toml constraints.txt
	$(INSTALL) --editable '.[bench]'
	@touch $@
