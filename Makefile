# SPDX-License-Identifier: MIT
# dpstudio: one Makefile, no configure step. `make help` lists the targets.

CC       ?= cc
VARIANT  ?= opt
PREFIX   ?= /usr/local
DESTDIR  ?=
O        := build/$(VARIANT)
GEN      := build/gen

WARN   := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
          -Wswitch-enum -Wpointer-arith -Wvla -Wundef
CSTD   := -std=gnu11 -D_GNU_SOURCE -I. -I$(GEN) -fvisibility=hidden -fPIC -fno-common
HARDEN := -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer \
          -DMODULES_STATIC -DDP_TEST -DBUF_FIRST=4

# -g1: names and lines for perf and backtraces; more costs a sixth of the build's time.
ifeq ($(VARIANT),opt)
CFLAGS_V := -O2 -g1 $(HARDEN)
MODULES  ?= shared
else ifeq ($(VARIANT),san)
CFLAGS_V := -O1 -g -Werror $(SANFLAGS)
MODULES  := static
else ifeq ($(VARIANT),clang)
CC       := clang
CFLAGS_V := -O1 -g -Werror $(HARDEN)
MODULES  := shared
else ifeq ($(VARIANT),fuzz)
CC       := clang
CFLAGS_V := -O1 -g $(SANFLAGS) -fsanitize=fuzzer-no-link
MODULES  := static
else ifeq ($(VARIANT),static)
CFLAGS_V := -O2 -g $(HARDEN) -DMODULES_STATIC
MODULES  := static
endif

pkg = $(shell pkg-config $(1) $(2) 2>/dev/null)
# Start-up is most of what a cron minute costs: the program's own libraries go in whole
# where the system has them so (0.4 ms less a start), else they are loaded.
whole = $(if $(wildcard $(shell pkg-config --variable=libdir $(1) 2>/dev/null)/$(2).a),-l:$(2).a,$(call pkg,--libs,$(1)))
LIBS_main    := $(call whole,sqlite3,libsqlite3) $(call whole,libsodium,libsodium) \
                $(call whole,libutf8proc,libutf8proc) $(call whole,liblz4,liblz4) $(call pkg,--libs,libcjson) -ldl -lm -lpthread
LIBS_net     := $(call pkg,--libs,libcurl libcrypto libidn2)
LIBS_render  := -lcmark-gfm-extensions -lcmark-gfm -lxlsxwriter $(call pkg,--libs,cairo)
LIBS_console := $(call pkg,--libs,libedit)
LIBS_studio  := $(call pkg,--libs-only-l,ncursesw)
LIBS_postgres := $(call pkg,--libs,libpq)
LIBS_mysql   := $(call pkg,--libs,libmariadb)
LIBS_odbc    := $(call pkg,--libs,odbc)
LIBS_maxcompute := $(call pkg,--libs,expat)
CFLAGS_LIBS  := $(call pkg,--cflags-only-I,libpq libmariadb cairo)

# What belongs to which module; everything else under src/ is the program.
MOD_net      := $(wildcard src/net/module/*.c)
MOD_render   := $(wildcard src/content/module/*.c)
MOD_console  := $(wildcard src/cli/module/*.c)
MOD_studio   := $(wildcard ui/*.c ui/*/*.c)
MOD_postgres := $(wildcard src/source/postgres*.c)
MOD_mysql    := $(wildcard src/source/mysql*.c)
MOD_odbc     := $(wildcard src/source/odbc*.c)
MOD_maxcompute := $(wildcard src/source/maxcompute*.c)
MODULE_NAMES := $(strip $(foreach m,net render console studio postgres mysql odbc maxcompute,$(if $(MOD_$(m)),$(m))))
MOD_ALL      := $(foreach m,$(MODULE_NAMES),$(MOD_$(m)))

SRC_ENGINE := $(filter-out $(MOD_ALL) src/main.c,$(wildcard src/*/*.c)) 
SCHEMA     := $(sort $(wildcard src/workspace/schema/sqlite/*.sql))
THEMES     := $(wildcard themes/*.theme)
DEMO       := $(wildcard share/demo/*.sql share/demo/*.json share/templates/*.json)
GENERATED  := $(GEN)/schema.c $(GEN)/embedded.c $(GEN)/build_id.c

obj = $(patsubst %.c,$(O)/%.o,$(1))
ENGINE_OBJ := $(call obj,$(SRC_ENGINE) $(GENERATED))
ifeq ($(MODULES),static)
ENGINE_OBJ += $(call obj,$(MOD_ALL))
LIBS_exe   := $(LIBS_main) $(foreach m,$(MODULE_NAMES),$(LIBS_$(m)))
MODULE_SO  :=
else
LIBS_exe   := $(LIBS_main)
MODULE_SO  := $(patsubst %,$(O)/modules/%.so,$(MODULE_NAMES))
endif

CFLAGS_ALL = $(CSTD) $(WARN) $(CFLAGS_V) $(CFLAGS_LIBS) $(CFLAGS)
LINK = $(CC) $(CFLAGS_V) $(LDFLAGS) -Wl,-O1,--as-needed -Wl,-z,relro

CATALOGUE := $(if $(wildcard share/locale/zh_CN.po),$(GEN)/locale/zh_CN/LC_MESSAGES/dpstudio.mo)

.PHONY: all
all: $(O)/dpstudio $(MODULE_SO) $(CATALOGUE) ## build the program and its modules

$(O)/libengine.a: $(ENGINE_OBJ)
	@rm -f $@; ar rcs $@ $^

$(O)/dpstudio: $(O)/src/main.o $(O)/libengine.a
	$(if $(V),,@echo "  ld $@";)$(LINK) -rdynamic -o $@ $(O)/src/main.o -Wl,--whole-archive $(O)/libengine.a -Wl,--no-whole-archive $(LIBS_exe)

.SECONDEXPANSION:
$(O)/modules/%.so: $$(call obj,$$(MOD_$$*) $(GEN)/build_id.c)
	@mkdir -p $(@D)
	$(if $(V),,@echo "  ld $@";)$(LINK) -shared -Wl,-z,now -o $@ $^ $(LIBS_$*)

$(O)/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(if $(V),,@echo "  cc $<";)$(CC) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# A change of compiler or flags rebuilds everything (-Werror alone changes nothing).
FLAGS_NOW := $(CC) $(filter-out -Werror,$(CFLAGS_ALL)) $(MODULES)
$(O)/flags: FORCE
	@mkdir -p $(@D); echo '$(FLAGS_NOW)' | cmp -s - $@ || echo '$(FLAGS_NOW)' > $@

# Program and modules must be of one build: the id is a digest of all sources.
$(GEN)/build_id.c: FORCE
	@mkdir -p $(GEN); printf '#include "src/base/module.h"\n\nconst char dp_build_id[] = "%s";\n' \
	  "$$(cat Makefile $$(find src ui -name '*.[ch]' -o -name '*.def' | sort) | sha256sum | cut -c1-16)" > $@.new; \
	  cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(GEN)/schema.c: $(SCHEMA) share/dev/embed
	@mkdir -p $(GEN); share/dev/embed workspace_schema $(SCHEMA) > $@
$(GEN)/embedded.c: $(THEMES) $(DEMO) share/dev/embed
	@mkdir -p $(GEN); share/dev/embed embedded $(THEMES) $(DEMO) > $@

$(GEN)/locale/zh_CN/LC_MESSAGES/dpstudio.mo: share/locale/zh_CN.po
	@share/dev/locale build $(GEN)/locale

.SECONDARY:
.PHONY: FORCE # .SECONDARY alone would take it for made
FORCE:
-include $(shell find $(O) -name '*.d' 2>/dev/null)

# --- tests ------------------------------------------------------------------

UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(patsubst tests/unit/%.c,$(O)/tests/%,$(UNIT_SRC))
TEST_LIB := $(wildcard tests/unit/lib_*.c)

$(O)/tests/%: $(O)/tests/unit/%.o $(call obj,$(TEST_LIB)) $(O)/libengine.a
	@mkdir -p $(@D)
	$(if $(V),,@echo "  ld $@";)$(LINK) -rdynamic -o $@ $(filter %.o,$^) -Wl,--whole-archive $(O)/libengine.a -Wl,--no-whole-archive $(LIBS_exe) -lcmocka -lvterm

# The engine's side of tests/integration/zones.py.
$(O)/tests/zones_driver: $(O)/tests/integration/zones_driver.o $(O)/tests/unit/lib_schedule.o $(O)/libengine.a
	@mkdir -p $(@D)
	$(if $(V),,@echo "  ld $@";)$(LINK) -rdynamic -o $@ $(filter %.o,$^) -Wl,--whole-archive $(O)/libengine.a -Wl,--no-whole-archive $(LIBS_exe)

# A fuzzer's entry run on files, see tests/fuzz/replay.c.
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
REPLAY   := $(patsubst tests/fuzz/%.c,$(O)/replay/%,$(FUZZ_SRC))
$(O)/replay/%: $(O)/tests/fuzz/%.o $(O)/tests/fuzz/replay.o $(O)/libengine.a
	@mkdir -p $(@D)
	$(if $(V),,@echo "  ld $@";)$(LINK) -rdynamic -o $@ $(filter %.o,$^) -Wl,--whole-archive $(O)/libengine.a -Wl,--no-whole-archive $(LIBS_exe)

# Preloaded into the program by tests/faults: fails or records its calls.
build/faults/shim.so: tests/faults/shim.c tests/faults/shim_sites.c tests/faults/shim_sites.h Makefile
	@mkdir -p $(@D)
	$(CC) $(CSTD) $(WARN) -Werror -fvisibility=default -fno-builtin \
	  -O1 -g -shared -o $@ $(filter %.c,$^)

.PHONY: unit replay
replay: $(REPLAY)
unit: build/faults/shim.so $(UNIT_BIN) $(O)/tests/zones_driver $(REPLAY) ## build the unit tests of VARIANT (see check)

.PHONY: check
check: ## install what tests need, build with sanitizers under gcc and clang, run every test
	@share/dev/packages build check
	@tests/run

.PHONY: layers
layers: ## each tier includes only what stands to its left
	@tests/layers

.PHONY: fuzz
fuzz: ## run every fuzzer for FUZZ_SECONDS (60) each
	@share/dev/packages build check
	@tests/fuzz/run

$(O)/fuzz/%: $(O)/tests/fuzz/%.o $(O)/libengine.a
	@mkdir -p $(@D)
	$(if $(V),,@echo "  ld $@";)$(LINK) -fsanitize=fuzzer -o $@ $< -Wl,--whole-archive $(O)/libengine.a -Wl,--no-whole-archive $(LIBS_exe)
.PHONY: fuzzers
fuzzers: $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(FUZZ_SRC))

.PHONY: bench
bench: ## measure against the rivals, interleaved
	@share/dev/packages build check bench
	@$(MAKE) --no-print-directory all
	@tests/bench/run

$(O)/bench/clock: tests/bench/clock.c
	@mkdir -p $(@D)
	$(CC) -O2 -static -o $@ $<
$(O)/bench/%: $(O)/tests/bench/%.o $(O)/libengine.a
	@mkdir -p $(@D)
	$(if $(V),,@echo "  ld $@";)$(LINK) -rdynamic -o $@ $< -Wl,--whole-archive $(O)/libengine.a -Wl,--no-whole-archive $(LIBS_exe)

.PHONY: zones faults soak
soak: ## 100,000 random keys, resizes and pastes on the studio (long)
	@$(MAKE) --no-print-directory -s VARIANT=san all unit
	@DPSTUDIO_SOAK=10 TEST_TIMEOUT=3000 tests/run soak
zones: $(O)/tests/zones_driver ## every zone file against Python's zoneinfo (long)
	@tests/integration/zones.py --all --driver=$(O)/tests/zones_driver
faults: ## kill -9, fail-the-Nth-call and power-cut campaigns (long)
	@tests/faults/run

# --- use --------------------------------------------------------------------

.PHONY: demo
demo: ## install what is missing, build, and send the sales example
	@share/dev/packages build
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@share/demo/run $(O)/dpstudio

.PHONY: install
install: all ## install into DESTDIR and PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/dpstudio $(DESTDIR)$(PREFIX)/share/man/man1 \
	  $(DESTDIR)$(PREFIX)/share/dpstudio $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 755 $(O)/dpstudio $(DESTDIR)$(PREFIX)/bin/
	$(if $(MODULE_SO),install -m 644 $(MODULE_SO) $(DESTDIR)$(PREFIX)/lib/dpstudio/)
	install -m 644 share/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 share/completions/dpstudio.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/dpstudio
	install -d $(DESTDIR)$(PREFIX)/share/locale/zh_CN/LC_MESSAGES
	install -m 644 $(CATALOGUE) $(DESTDIR)$(PREFIX)/share/locale/zh_CN/LC_MESSAGES/
	cp -R themes share/templates $(wildcard share/systemd share/cron) $(DESTDIR)$(PREFIX)/share/dpstudio/

.PHONY: clean
clean: ## remove everything built
	rm -rf build

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z ]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
.DEFAULT_GOAL := all
