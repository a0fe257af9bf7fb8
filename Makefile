# `make help` lists what there is.  Everything but `help` needs the environment in .venv, and makes it first.
.DEFAULT_GOAL := help
.PHONY: help setup clients sdk demo test interop ldap check bench faults soak replay migration lock

PY := .venv/bin/python
STAMP := .venv/.lockstep-setup
CLIENTS := .venv-clients/.lockstep-setup
SDK := .venv-sdk/.lockstep-setup
XMLSEC := $(shell command -v xmlsec1 2>/dev/null)
SLAPD := $(firstword $(shell command -v slapd 2>/dev/null) $(wildcard /usr/sbin/slapd /usr/libexec/slapd))
LEFT_OUT := $(strip $(if $(XMLSEC),,xmlsec) $(if $(SLAPD),,slapd))
EMPTY :=
SPACE := $(EMPTY) $(EMPTY)
CODE := src tests scripts $(wildcard benchmarks)

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## The environment in .venv, from hashed requirement files (PYTHON=… to choose an interpreter)

$(STAMP): requirements/dev.txt requirements/build.txt pyproject.toml
	@PYTHON="$(PYTHON)" scripts/setup
	@touch $@

clients: $(CLIENTS) ## Other people's SAML software in .venv-clients, for tests, which make it where it is missing

$(CLIENTS): requirements/clients.txt
	@PYTHON="$(PYTHON)" scripts/setup clients
	@touch $@

sdk: $(SDK) ## OneLogin's client in .venv-sdk, for tests, which make it where it is missing

$(SDK): requirements/sdk.txt
	@PYTHON="$(PYTHON)" scripts/setup sdk
	@touch $@

demo: $(STAMP) ## Both services on this machine, a directory synced, a person signed in
	.venv/bin/lockstep demo

test: $(STAMP) ## Every test, the slow ones too
	@scripts/browser
	@test -n "$(XMLSEC)" || echo "make test: the tests with pysaml2 are left out, because they need the program xmlsec1 (make interop)" >&2
	@test -n "$(SLAPD)" || echo "make test: the tests with OpenLDAP are left out, because they need the program slapd (make ldap)" >&2
	$(PY) -m pytest -n 3 --dist worksteal $(if $(LEFT_OUT),-m "not ($(subst $(SPACE), or ,$(LEFT_OUT)))")

interop: $(STAMP) ## The tests with pysaml2, which need the program xmlsec1
	@test -n "$(XMLSEC)" || { echo "make interop: the program xmlsec1 is missing. Install it (Debian, Ubuntu: apt install xmlsec1;" \
		"Fedora: dnf install xmlsec1-openssl; macOS: brew install libxmlsec1)" >&2; exit 1; }
	$(PY) -m pytest -m xmlsec tests/clients

ldap: $(STAMP) ## The tests with OpenLDAP, which need the program slapd
	@test -n "$(SLAPD)" || { echo "make ldap: the program slapd is missing. Install it (Debian, Ubuntu: apt install slapd;" \
		"Fedora: dnf install openldap-servers); it need not run" >&2; exit 1; }
	$(PY) -m pytest -m slapd tests/idp/directory/sources tests/pair

check: $(STAMP) ## Style, types, walls between the parts, house rules
	$(PY) -m ruff check $(CODE)
	$(PY) -m ruff format --check $(CODE)
	$(PY) -m mypy $(CODE)
	.venv/bin/lint-imports
	$(PY) -m pytest -q tests/test_project.py

bench: $(STAMP) ## The figures of the README, in half an hour on an idle machine
	$(call need,benchmarks/__main__.py)
	$(PY) -m benchmarks

faults: $(STAMP) ## Processes killed, targets that fail, at every step
	$(call need,tests/faults)
	$(PY) -m pytest tests/faults

soak: $(STAMP) ## Hours of changes, with memory and lag watched
	$(call need,benchmarks/soak.py)
	$(PY) -m benchmarks.soak

replay: $(STAMP) ## Real rosters, day after day, through both services (ROSTERS=DIR)
	$(call need,tests/pair/test_replay.py)
	@test -d "$(ROSTERS)" || { echo "make replay: name a folder of rosters, one sub-folder a day: make replay ROSTERS=DIR" >&2; exit 1; }
	LOCKSTEP_ROSTERS="$(abspath $(ROSTERS))" $(PY) -m pytest -n 2 tests/pair/test_replay.py

migration: $(STAMP) ## A version of a side's schema from its tables (SIDE=idp|center, MESSAGE="what it does")
	@test -n "$(SIDE)" || { echo 'make migration: name the side: make migration SIDE=idp|center [MESSAGE="what it does"]' >&2; exit 1; }
	$(PY) scripts/migration.py "$(SIDE)" $(if $(MESSAGE),"$(MESSAGE)")

lock: ## The hashed requirement files, anew (needs uv)
	requirements/compile

# What a target runs has to be there: it says so instead of passing with nothing done.
need = @test -e $(1) || { echo "make $@: $(1) is not there, so there is nothing to run" >&2; exit 1; }
