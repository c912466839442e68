# SPDX-License-Identifier: BSD-2-Clause
#
# `make help` says what there is. V=1 shows the commands, CC=clang takes another
# compiler, SANITIZE=address,undefined builds beside the plain objects.

ifeq ($(origin CC),default)
CC := gcc
endif
CLANG ?= clang
BPFTOOL ?= $(shell PATH="$$PATH:/usr/sbin:/sbin" command -v bpftool)
PREFIX ?= /usr/local
V ?= 0
VIEWER ?= 1
export VIEWER # to what tests/run makes

machine := $(shell uname -m)
bpf_arch := $(patsubst x86_64,x86,$(patsubst aarch64,arm64,$(machine)))

comma := ,
O := build/$(if $(SANITIZE),$(subst $(comma),-,$(SANITIZE)),plain)

ifeq ($(V),0)
say = @printf '  %-6s %s\n' '$(1)' '$(2)';
endif

# --- flags -------------------------------------------------------------------

CFLAGS ?= -O2 -g
warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	    -Wundef -Wwrite-strings -Werror
cflags := -std=gnu11 -D_GNU_SOURCE -pthread $(warnings) -Isrc -Iinclude -Ibuild $(CFLAGS)
ldlibs := -lbpf -lelf -lz -pthread

ifneq ($(SANITIZE),)
# The fuzzer brings its own main(), which only the fuzz programs want.
cflags += -fsanitize=$(subst fuzzer,fuzzer-no-link,$(SANITIZE)) -fno-sanitize-recover=all \
	  -fno-omit-frame-pointer
ldflags := -fsanitize=$(subst fuzzer,fuzzer-no-link,$(SANITIZE))
endif

# clang's BPF target does not look where Debian keeps asm/types.h. BPF_PROG() names
# arguments for every program, wanted or not.
bpf_cflags := -O2 -g -target bpf -mcpu=v2 -D__TARGET_ARCH_$(bpf_arch) -Wall -Wextra \
	      -Wno-unused-parameter -Werror -Ibpf -Iinclude -idirafter /usr/include/$(machine)-linux-gnu

# --- files -------------------------------------------------------------------

# What mk/deps is to see to before anything else.
to_build := build $(if $(filter 1,$(VIEWER)),viewer)

skeleton := build/socktrace.skel.h

src := $(wildcard src/*.c src/*/*.c)
obj := $(src:%.c=$(O)/%.o) $(O)/src/render/viewer.o
lib_obj := $(filter-out $(O)/src/main.o,$(obj))
core_obj := $(filter $(O)/src/base/% $(O)/src/decode/% $(O)/src/model/%,$(obj))

unit_src := $(wildcard tests/unit/*.c)
unit_shared := $(patsubst %.c,$(O)/%.o,$(filter-out tests/unit/test_%,$(unit_src)))
unit_programs := $(patsubst tests/unit/%.c,$(O)/unit/%,$(wildcard tests/unit/test_*.c))
viewer_src := $(shell find viz/src -type f) $(wildcard viz/*.mjs viz/*.json)
fuzz_programs := $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

# --- the program -------------------------------------------------------------

.PHONY: all static FORCE
.DELETE_ON_ERROR:

all: socktrace
static: socktrace-static

socktrace: $(obj) $(O)/flags
	$(call say,LINK,$@) $(CC) $(CFLAGS) $(LDFLAGS) $(obj) -o $@ $(ldlibs)

socktrace-static: $(obj) $(O)/flags
	$(call say,LINK,$@) $(CC) $(CFLAGS) $(LDFLAGS) -static $(obj) -o $@ $(ldlibs)

build/socktrace.bpf.o: bpf/socktrace.bpf.c build/bpf/flags | build/tools
	$(call say,BPF,$@) $(CLANG) $(bpf_cflags) -MMD -MP -c $< -o $@

$(skeleton): build/socktrace.bpf.o
	$(call say,SKEL,$@) $(BPFTOOL) gen skeleton $< name socktrace_bpf > $@

# Only src/capture knows the skeleton; later builds learn of it from the .d files.
$(filter $(O)/src/capture/%,$(obj)): | $(skeleton)

$(O)/%.o: %.c $(O)/flags | build/tools
	@mkdir -p $(@D)
	$(call say,CC,$@) $(CC) $(cflags) $(CPPFLAGS) -MMD -MP -c $< -o $@

$(O)/src/render/viewer.o: src/render/viewer.S $(O)/flags $(if $(filter 1,$(VIEWER)),build/viewer.html)
	@mkdir -p $(@D)
	$(call say,AS,$@) $(CC) $(CPPFLAGS) -DVIEWER=$(VIEWER) -c $< -o $@

# These change only when what is in them changes, so other flags mean a rebuild.
$(O)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(cflags) $(CPPFLAGS) $(LDFLAGS) $(VIEWER)' | cmp -s - $@ || \
		echo '$(CC) $(cflags) $(CPPFLAGS) $(LDFLAGS) $(VIEWER)' > $@

build/bpf/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CLANG) $(bpf_cflags)' | cmp -s - $@ || echo '$(CLANG) $(bpf_cflags)' > $@

build/tools:
	@mkdir -p $(@D)
	@mk/deps --check build
	@touch $@

# --- the viewer ---------------------------------------------------------------

# Left out of the program with VIEWER=0, for machines without npm.
build/viewer.html: $(viewer_src) viz/node_modules/.package-lock.json
	@mkdir -p $(@D)
	$(call say,VIEWER,$@) node viz/build.mjs

viz/node_modules/.package-lock.json: viz/package.json viz/package-lock.json | build/viewer-tools
	$(call say,NPM,viz) npm --prefix viz ci --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

tests/browser/node_modules/.package-lock.json: tests/browser/package.json \
					       tests/browser/package-lock.json | build/viewer-tools
	$(call say,NPM,tests/browser) npm --prefix tests/browser ci --no-audit --no-fund \
		--loglevel=error >/dev/null
	@touch $@

build/viewer-tools:
	@mkdir -p $(@D)
	@mk/deps --check viewer || { echo 'or build without the viewer: make VIEWER=0' >&2; exit 1; }
	@touch $@

# --- the tests' programs -----------------------------------------------------

.PHONY: unit-programs fuzz-programs browser-tests

unit-programs: $(unit_programs)
fuzz-programs: $(fuzz_programs)
browser-tests: tests/browser/node_modules/.package-lock.json

$(O)/libsocktrace.a: $(lib_obj)
	$(call say,AR,$@) rm -f $@ && ar rcs $@ $(lib_obj)

$(unit_programs): $(O)/unit/%: $(O)/tests/unit/%.o $(unit_shared) $(O)/libsocktrace.a
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(CC) $(CFLAGS) $(ldflags) $^ -o $@ -lcmocka $(ldlibs)

$(fuzz_programs): $(O)/fuzz/%: $(O)/tests/fuzz/%.o $(core_obj)
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(CC) $(CFLAGS) -fsanitize=$(SANITIZE) $^ -o $@

# --- checks ------------------------------------------------------------------

.PHONY: test unit sanitized fuzz live lab viz browser lint golden screenshots demo bench bench-viewer \
	vmtest deps

# tests/run builds what a suite needs, with the tools that deps has just installed.
test:
	@mk/deps $(to_build) test
	@tests/run includes unit sanitized fuzz live lab $(if $(filter 1,$(VIEWER)),viz browser)

unit sanitized fuzz live viz browser:
	@mk/deps $(to_build) test
	@tests/run $@

lint:
	@mk/deps $(to_build) lint
	@$(MAKE) --no-print-directory $(skeleton)
	@tests/run lint

golden: unit-programs
	@for program in $(unit_programs); do SOCKTRACE_GOLDEN=update $$program || exit; done

# Without SCENE it lists them.
lab:
	@mk/deps build test
	@$(MAKE) --no-print-directory all
	@tests/lab/run $(if $(SCENE),--show $(SCENE),--list)

demo:
	@mk/deps $(to_build) demo
	@$(MAKE) --no-print-directory all
	@demo/run

# What the programs are built from, and the hooks they run at, by themselves.
bench_pieces = build/bench/choices build/bench/hooks

bench:
	@mk/deps $(to_build) bench
	@$(MAKE) --no-print-directory all $(bench_pieces)
	@build/bench/choices
	@build/bench/hooks
	@bench/run $(BENCH)
	@bench/list

$(bench_pieces): build/bench/%: bench/%.c bench/%.bpf.c bench/choices.h
	@mkdir -p $(@D)
	$(call say,BPF,$@) $(CLANG) $(filter-out -mcpu=v2,$(bpf_cflags)) -mcpu=v3 -c bench/$*.bpf.c \
		-o $@.bpf.o
	$(call say,SKEL,$@) $(BPFTOOL) gen skeleton $@.bpf.o name $*_bpf > $@.skel.h
	$(call say,CC,$@) $(CC) $(cflags) -Ibuild/bench -Ibench bench/$*.c -o $@ $(ldlibs)

# The pictures in docs/, of what the program and the viewer make now.
screenshots:
	@mk/deps $(to_build) test
	@$(MAKE) --no-print-directory all browser-tests build/bench/generate
	@node tests/browser/screenshots.mjs

# The viewer beside speedscope, in Chromium.
bench-viewer:
	@mk/deps $(to_build) test
	@$(MAKE) --no-print-directory all browser-tests build/bench/generate \
		bench/viewer/node_modules/.package-lock.json
	@node bench/viewer/run.mjs

bench/viewer/node_modules/.package-lock.json: bench/viewer/package.json \
					      bench/viewer/package-lock.json | build/viewer-tools
	$(call say,NPM,bench/viewer) npm --prefix bench/viewer ci --no-audit --no-fund \
		--loglevel=error >/dev/null
	@touch $@

# Recordings of any size, made of the records that the tests build.
build/bench/generate: bench/generate.c bench/traffic.c bench/traffic.h $(O)/tests/unit/build.o \
		      $(O)/libsocktrace.a
	@mkdir -p $(@D)
	$(call say,CC,$@) $(CC) $(cflags) -Ibench -Itests/unit $(filter-out %.h,$^) -o $@ $(ldlibs)

vmtest:
	@mk/deps $(to_build) vm
	@tests/run vm

deps:
	@mk/deps $(to_build) test demo bench vm lint

# --- the rest ----------------------------------------------------------------

.PHONY: install uninstall clean help

install: socktrace
	install -D -m 755 socktrace $(DESTDIR)$(PREFIX)/bin/socktrace
	install -D -m 644 docs/socktrace.8 $(DESTDIR)$(PREFIX)/share/man/man8/socktrace.8

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/socktrace $(DESTDIR)$(PREFIX)/share/man/man8/socktrace.8

clean:
	rm -rf build socktrace socktrace-static

help:
	@echo 'make              build ./socktrace (CC=clang, CFLAGS=…, V=1; VIEWER=0: without npm)'
	@echo 'make static       build ./socktrace-static, which needs no library at run time'
	@echo 'make install      to $$(DESTDIR)$$(PREFIX), PREFIX=$(PREFIX); make uninstall'
	@echo 'make demo         the tutorial scenes, traced and drawn'
	@echo 'make lab          servers with backlog troubles: a list; SCENE=name plays one'
	@echo 'make test         every test but those in virtual machines'
	@echo '                  in parts: make unit | sanitized | fuzz | live | viz | browser'
	@echo 'make golden       write the expected drawings of the unit tests anew'
	@echo 'make screenshots  write the pictures of the viewer in docs/ anew'
	@echo 'make vmtest       the static binary on Linux 5.10, 6.1, 6.12 and 7.x in qemu'
	@echo 'make bench        nginx under wrk: untraced, socktrace, strace, perf, bpftrace'
	@echo 'make bench-viewer a million events in the viewer and in speedscope'
	@echo 'make lint         conventions, cppcheck, shellcheck, clang'
	@echo 'make deps         install all that the above need (Debian; they also do it)'
	@echo 'make clean'

-include $(obj:.o=.d) build/socktrace.bpf.d $(patsubst %.c,$(O)/%.d,$(unit_src)) \
	$(patsubst tests/fuzz/%.c,$(O)/tests/fuzz/%.d,$(wildcard tests/fuzz/*.c))
