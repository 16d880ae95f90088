# Admit: sells entry to a private Telegram channel.
#
#   make run        build and serve on http://127.0.0.1:8080 (PORT=...); without
#                   keys in the environment a sandbox, with them the real thing
#   make check      install what the tests need, build, run every test
#   make check-all  that and what takes an hour or needs root, the parts that
#                   follow: those that have not passed on these sources yet, all
#                   of them with FRESH=1, some with PARTS="fuzz mutants"
#   make fault      kill, spoil and starve the programs at points drawn by SEED;
#                   at every point with POINTS=all; fault-kill, fault-errors,
#                   fault-memory or fault-rest alone
#   make fuzz       fuzz the parsers, FUZZ_TOTAL_S=360 seconds together, with
#                   their coverage
#   make check-servers  the payment flow behind every web server and mode
#   make check-deploy   each way of installing, in plain Debian roots
#   make mutants    does the suite notice a spoilt line of the library? MUTANTS=100
#                   of them, drawn by SEED, within MUTANTS_S=780 seconds
#   make postgres   unit and web tests on PostgreSQL servers of their own, in
#                   parts; goes on with what has not passed on these sources
#   make valgrind   unit tests and the payment flow under memcheck
#   make timing     whether comparing secrets takes a telling time
#   make analyze    gcc -fanalyzer, clang-tidy (with clang's analyzer), cppcheck
#
#   make all        build into build/release (MODE=debug|asan|ubsan: elsewhere)
#   make unit web   one suite (MODE=asan: under the sanitizers)
#   make asan       both under AddressSanitizer and UBSan
#   make lint       arrows, circles, doors, banned calls, lengths
#   make pictures   the pictures of the documents anew, by the sandbox and Chromium
#   make po         the other languages take over what changed in en.po
#   make fmt        format the C sources; fmt-check only looks
#   make bench      speed and memory (BENCHFLAGS=--small --write)
#   make install    into $(DESTDIR)$(prefix); make uninstall takes it out again
#   make deb        a Debian package
#   make bundle     an archive for shared hosting: no root, no compiler
#   make deps       install what building and running needs (apt)
#   make clean      remove build/

MODE ?= release
OUT  := build/$(MODE)

prefix    ?= /usr/local
bindir    ?= $(prefix)/bin
cgibindir ?= $(prefix)/lib/admit/cgi-bin
mandir    ?= $(prefix)/share/man
docdir    ?= $(prefix)/share/doc/admit

CC   ?= cc
# What is run under the sanitizers is made by the second compiler: both have
# read all of it then, and nothing is compiled for that alone.
ifeq ($(MODE),asan)
CC   := clang
endif
# PostgreSQL is left out where there is nothing to build it with.
PQ   := $(addprefix -DHAVE_LIBPQ -I,$(firstword $(patsubst %/libpq-fe.h,%,\
  $(wildcard /usr/include/postgresql/libpq-fe.h /usr/include/libpq-fe.h \
  /usr/local/include/libpq-fe.h))))
CSTD := -std=c11 -D_GNU_SOURCE $(PQ)
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion \
  -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla -Wformat=2 \
  -Wundef
# What this compiler knows of the hardening that the OpenSSF's guide lists, and
# variables that are never left as they lay in memory.
HARDEN := $(shell for f in -D_FORTIFY_SOURCE=3 -fstack-clash-protection \
  -fcf-protection=full -fstrict-flex-arrays=3 -ftrivial-auto-var-init=zero \
  -fzero-call-used-regs=used-gpr; do \
  echo 'int x;' | $(CC) -Werror -O2 -U_FORTIFY_SOURCE $$f -c -o /dev/null -x c - \
  2> /dev/null && echo $$f; done)
opt_release := -O2 -U_FORTIFY_SOURCE $(HARDEN) -fstack-protector-strong -fPIE
ld_release := -pie -Wl,-z,relro,-z,now,-z,noexecstack
opt_debug := -O0 -g
# Unoptimized: made in half the time, and no slower where SQLite and the starting
# of programs are what takes it.
opt_asan  := -O0 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined \
  -fno-sanitize-recover=all -D__SANITIZE_ADDRESS__=1
# A program is started some thousand times in the tests: with the sanitizers in
# itself, and at a fixed place, it takes three quarters of the time to start.
ld_asan   := $(if $(findstring clang,$(CC)),,-no-pie -static-libasan -static-libubsan)
opt_ubsan := -O1 -g1 -fsanitize=undefined -fno-sanitize-recover=all
OPT := $(opt_$(MODE))
# V=1 shows the commands.
Q   := $(if $(V),,@)
SAY := @$(if $(V),:,echo '  ')
SUB := $(MAKE) --no-print-directory -j2

# Another way to libcurl, which only the bundle takes.
LATE    := lib/net/curl_dlopen.c
LIB_SRC := $(filter-out $(LATE) $(if $(PQ),,lib/store/postgres.c),\
  $(wildcard lib/*/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(OUT)/%.o) $(OUT)/lib/shop/texts.o
# The sentences: English first, which the others are held to.
PO      := lib/shop/texts/en.po $(filter-out %/en.po,$(wildcard lib/shop/texts/*.po))
CGI     := pay webhook tgupdate
FCGI    := $(CGI:%=$(OUT)/cgi-bin/%.fcgi)
TOOL_OBJ := $(patsubst %.c,$(OUT)/%.o,$(wildcard tools/*.c))
ADMIT   := $(OUT)/bin/admit
LIB     := $(OUT)/libadmit.a
# libcrypto first: it has the most names, and each is looked for in this order
# when a program starts.
LIBS    := -Wl,--as-needed -lcrypto -lsqlite3 -ljson-c -lfcgi -lcurl
VERSION := $(shell sed -n 's/^.define ADMIT_VERSION "\(.*\)"/\1/p' tools/admit.c)

.PHONY: force all help deps run sandbox-clock clean

.SECONDARY: # objects stay, so that the next build is quick

all: $(FCGI) $(ADMIT)

help:
	@sed -n '/^#/!q;s/^# \{0,1\}//p' Makefile

$(OUT)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CSTD) $(WARN) $(WERROR) $(OPT) $(CFLAGS) -Ilib \
	  -DADMIT_BINDIR='"$(bindir)"' -MMD -MP -c -o $@ $<

# Where the worker's program will lie is compiled in: another prefix, another
# build of the file that knows.
$(OUT)/bindir: force
	@mkdir -p $(@D)
	@echo '$(bindir)' | cmp -s - $@ || echo '$(bindir)' > $@

$(OUT)/lib/outbox/wake.o: $(OUT)/bindir

# What goes through strangers' bytes one by one is optimized under the sanitizers
# as well: it is most of what a corpus computes.
ifeq ($(MODE),asan)
$(OUT)/lib/base/%.o: OPT += -O1
endif

# What people read, as C.
$(OUT)/lib/shop/texts.c: lib/shop/texts/po.awk lib/shop/text.h $(PO)
	@mkdir -p $(@D)
	$(SAY) PO $@
	$(Q)awk -f lib/shop/texts/po.awk lib/shop/text.h $(PO) > $@.new && mv $@.new $@

$(OUT)/lib/shop/texts.o: $(OUT)/lib/shop/texts.c Makefile
	$(SAY) CC $<
	$(Q)$(CC) $(CSTD) $(WARN) $(WERROR) $(OPT) $(CFLAGS) -Ilib -MMD -MP -c -o $@ $<

# q, not r: two layers may each have a file of the same name.
$(LIB): $(LIB_OBJ)
	$(SAY) AR $@
	$(Q)rm -f $@ && ar qcs $@ $^

$(OUT)/cgi-bin/%.fcgi: $(OUT)/cgi-bin/%.o $(LIB)
	$(SAY) LD $@
	$(Q)$(CC) $(OPT) $(ld_$(MODE)) $(LDFLAGS) -o $@ $^ $(LIBS)

$(ADMIT): $(TOOL_OBJ) $(LIB)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(OPT) $(ld_$(MODE)) $(LDFLAGS) -o $@ $^ $(LIBS)

# What is missing is installed first, so the build is a make of its own.
deps:
	@sh tools/deps.sh run

# How the sandbox lets a month go by; a sanitizer wants to be loaded first.
CLOCK := $(if $(filter asan,$(MODE)),,$(OUT)/sandbox/clock.so)
$(OUT)/sandbox/clock.so: tests/sandbox/clock.c tests/fault/wall.h
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CSTD) $(WARN) $(WERROR) -O1 -shared -fPIC -o $@ $< -ldl

sandbox-clock: $(CLOCK)
	@:

run: deps
	@$(SUB) MODE=$(MODE) all sandbox-clock
	@exec sh tools/run.sh $(OUT)

-include $(LIB_OBJ:.o=.d) $(TOOL_OBJ:.o=.d) $(FCGI:.fcgi=.d)

clean:
	rm -rf build

# How they are installed and packed; and how they are tested, which an image or
# an archive of the sources may lack.
include deploy/install.mk deploy/bundle.mk deploy/deb.mk
-include tests/checks.mk
