# The thin front door: each target does all the set-up it needs, on a fresh Debian 12 too.
# Behind it are tools/bootstrap and the presets of CMakePresets.json, and nothing else.

JOBS ?= $(shell nproc)
BOOTSTRAP ?= tools/bootstrap
CONFIG ?= apps/gateway/leat-gateway.toml

# A preset given on the command line is used by any target: make test PRESET=asan
run bench: PRESET = release
test: PRESET = dev

# How each target begins: the packages of a section, then a configured build folder.
prepare = $(BOOTSTRAP) $(1) && cmake --preset $(PRESET)

.PHONY: help run test bench check clean
.DEFAULT_GOAL := help

help:
	@echo 'make run    build leat-gateway and serve on port 8080; make run PORT=9000, CONFIG=my.toml'
	@echo 'make test   build everything and run the tests; make test PRESET=asan (or tsan, release)'
	@echo 'make bench  build optimised and run the benchmarks; make bench BENCH="core server" STRICT=1'
	@echo 'make check  format, lint, layers, docs, spelling; make check CHECK="--changed format tidy"'
	@echo 'make clean  remove all build folders'
	@echo
	@echo 'Every target first installs the Debian packages it needs (tools/packages.txt), as root'
	@echo 'or through sudo; BOOTSTRAP=true leaves that to you. JOBS=2 limits the compilers that run'
	@echo 'at the same time.'

run:
	@$(call prepare,run)
	@cmake --build --preset $(PRESET) --target leat-gateway -j $(JOBS)
	@build/$(PRESET)/bin/leat-gateway --config $(CONFIG) $(if $(PORT),--port $(PORT))

test:
	@$(call prepare,test)
	@cmake --build --preset $(PRESET) -j $(JOBS)
	@ctest --preset $(PRESET) -j $(JOBS)

bench:
	@$(call prepare,bench)
	@cmake --build --preset $(PRESET) --target leat_benchmarks -j $(JOBS)
	@benchmarks/run.py --build build/$(PRESET) $(if $(STRICT),--strict) $(BENCH)

# Linting reads how the dev preset compiles each file.
check: PRESET = dev
check:
	@$(call prepare,check)
	@tools/check $(CHECK)

clean:
	rm -rf build
