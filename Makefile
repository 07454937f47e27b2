# SPDX-License-Identifier: GPL-2.0-or-later
# make          build ./nscope                    make run     install what is missing, build, open
# make check    install, build twice, test all     make help    the other targets

MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all
VERSION := 0.1.0

SAN ?=
BUILD := build$(if $(SAN),/san,/plain)
BIN := $(if $(SAN),$(BUILD)/nscope,nscope)

LIBS := ncursesw libproc2 jansson smartcols mount libnl-3.0 libnl-route-3.0 libcap-ng
CC ?= gcc
CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wpointer-arith \
	-Wwrite-strings -Wno-missing-field-initializers $(if $(WERROR),-Werror)
SANFLAGS := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-omit-frame-pointer)
comma := ,
CPPFLAGS += -D_GNU_SOURCE -DNSCOPE_VERSION='"$(VERSION)"' -Isrc -Iprobes -Iui $(PKG_CFLAGS)
ALL_CFLAGS = -std=gnu11 $(CFLAGS) $(WARN) $(SANFLAGS) -pthread
PKG_CFLAGS := $(shell pkg-config --cflags $(LIBS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(LIBS) 2>/dev/null)

SRC := $(wildcard src/*.c src/model/*.c src/lab/*.c src/cmd/*.c probes/*.c ui/*.c)
OBJ := $(SRC:%.c=$(BUILD)/%.o)
LIBOBJ := $(filter-out $(BUILD)/src/cmd/main.o,$(OBJ))
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*_test.c))

all: $(BIN)

$(BIN): $(OBJ)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/unit/%: tests/unit/%.c $(LIBOBJ)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -o $@ $< $(LIBOBJ) $(PKG_LIBS) -lcmocka

unit: $(UNIT)
	@for t in $(UNIT); do $$t || exit 1; done

clean:
	rm -rf build nscope

.PHONY: all unit clean
-include $(OBJ:.o=.d)
