# Admit: sells entry to a private Telegram channel.
#
#   make run        build and serve on http://127.0.0.1:8080 (PORT=...); without
#                   keys in the environment a sandbox, with them the real thing
#   make check      install what the tests need, build, run every test
#
#   make all        build into build/release (MODE=debug|asan|ubsan: elsewhere)
#   make asan       the tests under AddressSanitizer and UBSan
#   make lint       layers, doors, banned calls, lengths
#   make fmt        format the C sources; fmt-check only looks
#   make analyze    gcc -fanalyzer, clang-tidy, cppcheck
#   make install    into $(DESTDIR)$(prefix); make uninstall takes it out again
#   make deps       install what building and running needs (apt)
#   make clean      remove build/

MODE ?= release
OUT  := build/$(MODE)

prefix    ?= /usr/local
bindir    ?= $(prefix)/bin
cgibindir ?= $(prefix)/lib/admit/cgi-bin
mandir    ?= $(prefix)/share/man

CC   ?= cc
CSTD := -std=c11 -D_GNU_SOURCE
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion \
  -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla -Wformat=2 \
  -Wundef
opt_release := -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 \
  -fstack-protector-strong -fPIE
ld_release := -pie -Wl,-z,relro,-z,now
opt_debug := -O0 -g
opt_asan  := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
  -fno-sanitize-recover=all
opt_ubsan := -O1 -g -fsanitize=undefined -fno-sanitize-recover=all
OPT := $(opt_$(MODE)) $(EXTRA)

LIB_SRC := $(wildcard lib/*/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(OUT)/%.o)
CGI     := pay webhook tgupdate
FCGI    := $(CGI:%=$(OUT)/cgi-bin/%.fcgi)
TOOL_OBJ := $(patsubst %.c,$(OUT)/%.o,$(wildcard tools/*.c))
ADMIT   := $(OUT)/bin/admit
LIB     := $(OUT)/libadmit.a
LIBS    := -Wl,--as-needed -lfcgi -lcurl -ljson-c -lsqlite3 -lcrypto
UNIT    := $(patsubst tests/unit/%.c,$(OUT)/tests/%,$(wildcard tests/unit/*.c))

.PHONY: all help deps run check check-all unit web asan lint fmt fmt-check \
  analyze install uninstall clean

all: $(FCGI) $(ADMIT)

help:
	@sed -n 's/^# \{0,1\}//p;/^[^#]/q' Makefile

$(OUT)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CSTD) $(WARN) $(OPT) $(CFLAGS) -Ilib \
	  -DADMIT_BINDIR='"$(bindir)"' -MMD -MP -c -o $@ $<

# q, not r: two layers may each have a file of the same name.
$(LIB): $(LIB_OBJ)
	@rm -f $@
	ar qcs $@ $^

$(OUT)/cgi-bin/%.fcgi: $(OUT)/cgi-bin/%.o $(LIB)
	$(CC) $(OPT) $(ld_$(MODE)) $(LDFLAGS) -o $@ $^ $(LIBS)

$(ADMIT): $(TOOL_OBJ) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(OPT) $(ld_$(MODE)) $(LDFLAGS) -o $@ $^ $(LIBS)

# What is missing is installed first, so the build is a make of its own.
deps:
	@sh tools/deps.sh run

run: deps
	@$(MAKE) --no-print-directory MODE=$(MODE) all
	@exec sh tools/run.sh $(OUT)

-include $(LIB_OBJ:.o=.d) $(TOOL_OBJ:.o=.d) $(FCGI:.fcgi=.d)

$(OUT)/tests/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CSTD) $(WARN) -Wno-missing-prototypes $(OPT) $(CFLAGS) -Ilib \
	  -MMD -MP $(LDFLAGS) -o $@ $< $(LIB) -lcmocka $(LIBS)

unit: $(UNIT)
	@sh tests/check.sh $(OUT) unit

web: all
	@sh tests/check.sh $(OUT) web

lint:
	@sh tests/lint/lint.sh

# Everything a change must pass. The tests' own needs are installed first.
check:
	@sh tools/deps.sh check
	@$(MAKE) --no-print-directory all $(MAKEFLAGS_CHECK)
	@$(MAKE) --no-print-directory MODE=asan all tests
	@$(MAKE) --no-print-directory tests
	@sh tests/check.sh $(OUT) lint unit web build/asan unit web

tests: $(UNIT)
-include $(UNIT:=.d)
