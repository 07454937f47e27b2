# SPDX-License-Identifier: GPL-2.0-or-later
# make          build ./nscope                    make run     install what is missing, build, open
# make check    install, build twice, test all    make help    the other targets

MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
export PATH := $(PATH):/usr/sbin:/sbin

VERSION := 0.1.0
prefix ?= /usr
DESTDIR ?=

# SAN=1 builds with AddressSanitizer and UBSan, FUZZ=1 with clang and what libFuzzer needs
# too, each in its own folder.
SAN ?=
FUZZ ?=
BUILD := build/$(if $(FUZZ),fuzz,$(if $(SAN),san,plain))
BIN := $(if $(SAN)$(FUZZ),$(BUILD)/nscope,nscope)

LIBS := ncursesw libproc2 jansson smartcols mount libnl-3.0 libcap-ng
# BPF= builds without the kernel probe; so does a missing clang, or the headers of libbpf.
BPF ?= $(shell clang --version >/dev/null 2>&1 && pkg-config --exists libbpf 2>/dev/null && echo 1)
HAVE_BPF := $(and $(BPF),$(wildcard probes/bpf/*.bpf.c))

# V=1 shows the commands.
V ?=
Q := $(if $(V),,@)
say = $(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),,@printf '  %-5s %s\n' $(1) $@)
comma := ,
CC := $(if $(FUZZ),clang,gcc)
CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wpointer-arith \
	-Wwrite-strings -Wno-missing-field-initializers
HARDEN := -fstack-protector-strong -fPIE $(if $(SAN)$(FUZZ),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
SANFLAGS := $(if $(SAN)$(FUZZ),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer) $(if $(FUZZ),-fsanitize=fuzzer-no-link)
ALL_CPPFLAGS := -D_GNU_SOURCE -DNSCOPE_VERSION='"$(VERSION)"' $(if $(HAVE_BPF),-DNSCOPE_BPF) \
	-DKERNEL_OBJECTS='"$(BUILD)/bpf"' -DLAB_AGENT='"$(BUILD)/lab-agent"' -Isrc -Iprobes -Iui \
	$(shell pkg-config --cflags $(LIBS) 2>/dev/null) $(CPPFLAGS)
ALL_CFLAGS := -std=gnu11 $(CFLAGS) $(WARN) $(HARDEN) $(SANFLAGS) -pthread
ALL_LDFLAGS := -pie -Wl,-z,relro,-z,now,--as-needed $(LDFLAGS)
ALL_LDLIBS := $(shell pkg-config --libs $(LIBS) 2>/dev/null)
# Not among the flags that a changed build is told by: it changes no output.
WERROR ?=
COMPILE = $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(if $(WERROR),-Werror) -MMD -MP

SRC := $(wildcard src/*.c src/model/*.c src/lab/*.c src/cmd/*.c probes/*.c ui/*.c)
OBJ := $(SRC:%.c=$(BUILD)/%.o)
LIBOBJ := $(filter-out $(BUILD)/src/cmd/main.o,$(OBJ))
LIB := $(BUILD)/libnscope.a
# Unit tests are *_test.c; the other files beside them are linked to each of them.
UNIT_SRC := $(wildcard tests/unit/*_test.c)
UNIT := $(UNIT_SRC:tests/%.c=$(BUILD)/%)
UNIT_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c)))
# Programs that tests and benchmarks run: NAME.c, and NAME_*.c where it has more files.
TOOL_ALL := $(foreach d,lib cli kernel tui containers bench,$(wildcard tests/$(d)/*.c))
TOOL_PART := $(filter $(TOOL_ALL:.c=_%.c),$(TOOL_ALL))
TOOL_SRC := $(filter-out $(TOOL_PART),$(TOOL_ALL))
tool_obj = $(patsubst %.c,$(BUILD)/%.o,$(filter tests/$(1)_%.c,$(TOOL_PART)))
TOOLS := $(TOOL_SRC:tests/%.c=$(BUILD)/%)
FUZZERS := $(patsubst tests/%.c,$(BUILD)/%,$(wildcard tests/fuzz/*_fuzz.c))
BPF_OBJ := $(if $(HAVE_BPF),$(foreach kind,bpf iter,$(patsubst probes/bpf/%.bpf.c,$(BUILD)/bpf/%.$(kind).o,\
	$(wildcard probes/bpf/*.bpf.c))))
MAN := $(patsubst doc/%.scd,build/man/%,$(wildcard doc/*.scd))

all: $(BIN)

$(BIN): $(OBJ)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(OBJ) $(ALL_LDLIBS)

# Written when the flags change, so that what was built with others is built again.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(ALL_LDLIBS))' >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else .ci/deps --check build && mv $@.new $@; fi

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(COMPILE) -c -o $@ $<

# ---- the test process of the laboratory: no library, not even libc ----
AGENT_CFLAGS := -std=gnu11 -O2 -ffreestanding -fno-pic -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns
$(BUILD)/lab-agent: src/lab/agent/agent.c src/lab/lab_proto.h $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)gcc -D_GNU_SOURCE $(AGENT_CFLAGS) $(WARN) $(if $(WERROR),-Werror) -static -no-pie \
		-nostdlib -Wl,--build-id=none,-z,noexecstack,-s -o $@ $<
$(BUILD)/src/lab/lab_image.o: $(BUILD)/lab-agent

# ---- the kernel probe: BPF objects, which nscope carries and links itself ----
# Each file twice: for kernels since 6.7, and (K_ITER) for those since 5.8.
CLANG_BPF = clang -target bpf -g -O2 -Wall -D__TARGET_ARCH_x86 \
	-I/usr/include/$(shell $(CC) -print-multiarch) $(if $(WERROR),-Werror)
BPF_HEADERS := $(wildcard probes/bpf/*.h probes/*_abi.h)
$(BUILD)/bpf/%.bpf.o: probes/bpf/%.bpf.c $(BPF_HEADERS)
	@mkdir -p $(@D)
	$(call say,BPF)
	$(Q)$(CLANG_BPF) -c -o $@ $<
$(BUILD)/bpf/%.iter.o: probes/bpf/%.bpf.c $(BPF_HEADERS)
	@mkdir -p $(@D)
	$(call say,BPF)
	$(Q)$(CLANG_BPF) -DK_ITER -c -o $@ $<
$(BUILD)/probes/kernel_object.o: $(BPF_OBJ)

# ---- what the tests run ----
$(LIB): $(LIBOBJ)
	@rm -f $@
	$(call say,AR)
	$(Q)ar rcs $@ $(LIBOBJ)

$(UNIT): $(BUILD)/%: tests/%.c $(UNIT_OBJ) $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(COMPILE) $(ALL_LDFLAGS) -o $@ $< $(UNIT_OBJ) $(LIB) $(ALL_LDLIBS) -lcmocka

.SECONDEXPANSION:
$(TOOLS): $(BUILD)/%: tests/%.c $$(call tool_obj,$$*) $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(COMPILE) $(ALL_LDFLAGS) -o $@ $< $(filter %.o,$^) $(LIB) $(ALL_LDLIBS)

$(FUZZERS): $(BUILD)/%: tests/%.c $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(COMPILE) -Isrc -fsanitize=fuzzer $(ALL_LDFLAGS) -o $@ $< $(LIB) $(ALL_LDLIBS)

fuzzers: $(FUZZERS)

# SECS seconds for each target.
SECS ?= 60
fuzz:
	@.ci/deps build test
	@$(MAKE) -j$$(nproc) FUZZ=1 fuzzers
	@tests/fuzz/run -max_total_time=$(SECS)

tests-build: all $(UNIT) $(TOOLS)

unit: $(UNIT)
	@for t in $(UNIT); do $$t || exit 1; done

# ---- for people ----
help:
	@echo 'make          build ./nscope (SAN=1: build/san/nscope with the sanitizers; BPF=: without BPF)'
	@echo 'make deps     install what the build needs, the kernel probe included'
	@echo 'make run      install what is missing, build, open nscope on this host as root'
	@echo 'make check    install what the tests need, build with and without sanitizers, test all'
	@echo 'make unit     only the unit tests'
	@echo 'make golden   write the golden screens again; look at the difference before you commit it'
	@echo 'make fuzz     fuzz every parser for SECS=60 seconds each'
	@echo 'make bench    compare with lsns on a load of 10,000 processes; QUICK=1: of 1,000'
	@echo 'make lint     clang-format, shellcheck, clang-tidy'
	@echo 'make man      the man pages in build/man'
	@echo 'make deb      a Debian package in build/'
	@echo 'make install uninstall   prefix=$(prefix) DESTDIR=$(DESTDIR)'
	@echo 'make clean'

deps:
	@.ci/deps build bpf

# The variables above ask pkg-config, so what was installed is seen by a new make only.
run:
	@.ci/deps build bpf
	@$(MAKE) -j$$(nproc) all
	@if [ "$$(id -u)" = 0 ]; then exec ./nscope; else exec sudo ./nscope; fi

check:
	@.ci/deps build bpf test
	@$(MAKE) -j$$(nproc) WERROR=1 tests-build man
	@$(MAKE) -j$$(nproc) WERROR=1 SAN=1 tests-build
	@$(MAKE) -j$$(nproc) WERROR=1 FUZZ=1 fuzzers
	@tests/run

golden: all
	@for t in tests/golden/*.sh; do $$t --write || exit 1; done
	@git diff --stat -- tests/golden

# ROUNDS=N, QUICK=1: see tests/bench/run.
bench: tests-build
	@tests/bench/run

man: $(MAN)
build/man/%: doc/%.scd $(BIN)
	@mkdir -p $(@D)
	$(call say,MAN)
	$(Q)$(abspath $(BIN)) man-page $< >$@.scd
	$(Q)scdoc <$@.scd >$@
	@rm $@.scd

lint:
	@.ci/deps build test
	@tests/lint.sh
	@tests/layers.sh
	@if command -v clang-tidy >/dev/null; then \
		clang-tidy --quiet $(SRC) -- -std=gnu11 $(ALL_CPPFLAGS); \
	else echo 'clang-tidy is not installed: left out'; fi

install: all man
	install -D -m 755 nscope $(DESTDIR)$(prefix)/bin/nscope
	for page in $(MAN); do install -D -m 644 $$page \
		$(DESTDIR)$(prefix)/share/man/man$${page##*.}/$${page##*/} || exit 1; done

uninstall:
	rm -f $(DESTDIR)$(prefix)/bin/nscope
	for page in $(MAN); do rm -f $(DESTDIR)$(prefix)/share/man/man$${page##*.}/$${page##*/}; done

# A package of this build; what it depends on is asked of the packages its libraries are from.
deb: all man
	rm -rf build/deb && $(MAKE) -s install DESTDIR=build/deb prefix=/usr
	install -D -m 644 COPYING build/deb/usr/share/doc/nscope/copyright
	install -d build/deb/DEBIAN
	libs=$$(objdump -p nscope | awk '/NEEDED/ { print "*/x86_64-linux-gnu/" $$2 }' | \
		xargs dpkg-query -S | cut -d: -f1 | sort -u | paste -sd, | sed 's/,/, /g') && \
	printf '%s\n' 'Package: nscope' 'Version: $(VERSION)' 'Architecture: amd64' \
		'Maintainer: The nscope developers <nscope@localhost>' "Depends: $$libs" \
		'Section: admin' 'Priority: optional' \
		'Description: interactive explorer of Linux namespaces' \
		' Shows who is in which namespace, who shares it and what keeps it alive.' \
		>build/deb/DEBIAN/control
	dpkg-deb --root-owner-group --build build/deb build/nscope_$(VERSION)_amd64.deb

clean:
	rm -rf build nscope

FORCE:
.PHONY: all deps run check unit tests-build fuzzers golden fuzz bench lint man install uninstall deb clean \
	help FORCE
.PRECIOUS: $(BUILD)/bpf/%.bpf.o $(BUILD)/bpf/%.iter.o
-include $(OBJ:.o=.d) $(UNIT_OBJ:.o=.d) $(UNIT:=.d) $(TOOLS:=.d) $(TOOL_PART:%.c=$(BUILD)/%.d) $(FUZZERS:=.d)
