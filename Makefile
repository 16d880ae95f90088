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
#   make valgrind   unit tests and the payment flow under memcheck
#   make timing     whether comparing secrets takes a telling time
#   make analyze    gcc -fanalyzer, clang-tidy, scan-build, cppcheck
#
#   make all        build into build/release (MODE=debug|asan|ubsan: elsewhere)
#   make unit web   one suite (MODE=asan: under the sanitizers)
#   make asan       both under AddressSanitizer and UBSan
#   make lint       arrows, circles, doors, banned calls, lengths
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
CSTD := -std=c11 -D_GNU_SOURCE
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
opt_asan  := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
  -fno-sanitize-recover=all
opt_ubsan := -O1 -g -fsanitize=undefined -fno-sanitize-recover=all
OPT := $(opt_$(MODE))
# V=1 shows the commands.
Q   := $(if $(V),,@)
SAY := @$(if $(V),:,echo '  ')
SUB := $(MAKE) --no-print-directory -j2

# Another way to libcurl, which only the bundle takes.
LATE    := lib/net/curl_dlopen.c
LIB_SRC := $(filter-out $(LATE),$(wildcard lib/*/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(OUT)/%.o) $(OUT)/lib/shop/texts.o
# The sentences: English first, which the others are held to.
PO      := lib/shop/texts/en.po $(filter-out %/en.po,$(wildcard lib/shop/texts/*.po))
CGI     := pay webhook tgupdate
FCGI    := $(CGI:%=$(OUT)/cgi-bin/%.fcgi)
TOOL_OBJ := $(patsubst %.c,$(OUT)/%.o,$(wildcard tools/*.c))
ADMIT   := $(OUT)/bin/admit
LIB     := $(OUT)/libadmit.a
LIBS    := -Wl,--as-needed -lfcgi -lcurl -ljson-c -lsqlite3 -lcrypto
FAULT   := $(OUT)/fault/tracer $(OUT)/fault/shim.so
UNIT    := $(patsubst tests/unit/%.c,$(OUT)/tests/%,$(wildcard tests/unit/*.c))

FAULTS := fault-kill fault-errors fault-memory fault-rest

VERSION := $(shell sed -n 's/^.define ADMIT_VERSION "\(.*\)"/\1/p' tools/admit.c)

.PHONY: force all help deps run check check-deploy check-servers check-all \
  build-release build-asan build-clang tests unit web fault $(FAULTS) fuzz \
  mutants bench timing valgrind asan lint fmt \
  fmt-check analyze clean

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

run: deps
	@$(SUB) MODE=$(MODE) all
	@exec sh tools/run.sh $(OUT)

-include $(LIB_OBJ:.o=.d) $(TOOL_OBJ:.o=.d) $(FCGI:.fcgi=.d)

$(OUT)/tests/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CSTD) $(WARN) $(WERROR) $(OPT) $(CFLAGS) -Ilib -MMD -MP $(LDFLAGS) \
	  -o $@ $< $(LIB) -lcmocka $(LIBS)

tests: $(UNIT) $(FAULT) $(OUT)/fuzz/replay

$(OUT)/fuzz/%: tests/fuzz/%.c tests/fuzz/targets.c tests/fuzz/targets.h $(LIB)
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CSTD) $(WARN) $(WERROR) $(OPT) $(FUZZ_LD) $(CFLAGS) -Ilib \
	  $(LDFLAGS) -o $@ $< tests/fuzz/targets.c $(LIB) $(LIBS)

# What the fault tests do to the programs; itself without any sanitizer.
$(OUT)/fault/tracer: tests/fault/tracer.c
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CSTD) $(WARN) $(WERROR) -O1 -o $@ $<

$(OUT)/fault/shim.so: tests/fault/shim.c
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CSTD) $(WARN) $(WERROR) -O1 -shared -fPIC -o $@ $< -ldl

# Everything a change must pass. What the tests need is installed first; then
# both compilers must have nothing to say, and all of it runs plain and, where
# memory errors can hide, under the sanitizers.
check:
	@sh tools/deps.sh check
	@sh tests/check.sh build/release build fault-quick unit corpora lint parts \
	  servers-quick docs hardening installing web measure \
	  build/asan build unit corpora web-memory build/clang build

# The builds that it asks for. Of the third only what the compiler says counts.
build-release:
	@$(SUB) CC=gcc WERROR=-Werror all tests bundle

build-asan:
	@$(SUB) MODE=asan all tests

build-clang:
	@$(SUB) CC=clang OUT=build/clang OPT='-O0 -fPIE' WERROR=-Werror all

# Does the time of a comparison tell a forger anything? Wants a quiet machine.
$(OUT)/timing: tests/timing/timing.c $(LIB)
	$(SAY) CC $<
	$(Q)$(CC) $(CSTD) $(WARN) $(OPT) $(CFLAGS) -Ilib $(LDFLAGS) -o $@ $< \
	  $(LIB) -lm $(LIBS)

valgrind: all tests
	@sh tests/valgrind.sh $(OUT)

# What speed and memory are measured with: tests/bench/run.mjs says how.
BENCH := $(patsubst tests/bench/%.c,$(OUT)/bench/%,$(wildcard tests/bench/*.c))
$(OUT)/bench/%: tests/bench/%.c $(LIB)
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CSTD) $(WARN) $(WERROR) $(OPT) $(CFLAGS) -Ilib $(LDFLAGS) -o $@ $< \
	  $(LIB) $(LIBS)

bench: all $(BENCH)
	@node tests/bench/run.mjs $(OUT) $(BENCHFLAGS)

timing: $(OUT)/timing
	@sh tests/timing/run.sh $(OUT)/timing

# Behind lighttpd, Apache, nginx, Caddy and h2o in eleven ways; with
# TABLE=--write the README's table of servers is written anew.
check-servers: all
	@sh tools/deps.sh servers
	@sh tests/servers.sh $(OUT) $(TABLE)

# As root, with debootstrap and Debian's archive: the package, the bundle and
# the container, each installed in a plain Debian that serves a payment then.
check-deploy:
	@sh tests/deploy/run.sh

# What each part does is kept by the state of the sources, so that a second start
# goes on with what is missing. One that fails does not keep the others from
# being tried.
PARTS ?= check $(FAULTS) fuzz mutants check-servers check-deploy valgrind \
  timing analyze

check-all:
	@node tests/parts/run.mjs $(PARTS); status=$$?; \
	node tests/fault/table.mjs; exit $$status

asan:
	@sh tools/deps.sh check
	@sh tests/check.sh build/asan build unit corpora web-memory

unit: tests
	@sh tests/check.sh $(OUT) unit

MUTANTS   ?= 100
MUTANTS_S ?= 780
mutants: all tests
	@MUTANTS_S=$(MUTANTS_S) node tests/mutants/mutants.mjs $(MUTANTS)

# Both cores for so long, shared among the targets; FUZZ_S=60 for a minute each.
FUZZ_TOTAL_S ?= 360
FUZZ_S       ?=
fuzz:
	@sh tools/deps.sh fuzz
	@$(SUB) OUT=build/fuzz CC=clang FUZZ_LD=-fsanitize=fuzzer \
	  OPT='-O1 -g -fsanitize=fuzzer-no-link,address,undefined \
	  -fno-sanitize-recover=all' build/fuzz/fuzz/libfuzzer
	@$(SUB) OUT=build/coverage CC=gcc OPT='-O0 -g --coverage' \
	  build/coverage/fuzz/replay
	@FUZZ_TOTAL_S=$(FUZZ_TOTAL_S) FUZZ_S=$(FUZZ_S) sh tests/fuzz/run.sh

web: all
	@sh tests/check.sh $(OUT) web measure

fault: all tests
	@ADMIT_OUT=$(OUT) node tests/fault/run.mjs

$(FAULTS): fault-%: all tests
	@ADMIT_OUT=$(OUT) node tests/fault/run.mjs --group $*

lint:
	@sh tests/lint/lint.sh

C_FILES := $(wildcard lib/*/*.[ch] lib/store/sql/*.h cgi-bin/*.c tools/*.[ch] \
  tests/unit/*.[ch] tests/fault/*.c tests/fuzz/*.[ch] tests/bench/*.[ch])

fmt:
	clang-format -i $(C_FILES)

fmt-check:
	@clang-format --dry-run -Werror $(C_FILES)

# Left out: the cry for memcpy_s, which no C library here has, and rules of
# taste that are not this house's.
comma := ,
empty :=
TIDY_LESS := $(subst $(empty) $(empty),$(comma),$(addprefix -,\
  clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling \
  bugprone-easily-swappable-parameters bugprone-narrowing-conversions \
  bugprone-implicit-widening-of-multiplication-result \
  bugprone-assignment-in-if-condition bugprone-reserved-identifier \
  bugprone-macro-parentheses clang-analyzer-valist.Uninitialized))

analyze:
	@sh tools/deps.sh analyze
	@$(SUB) OUT=build/analyzer OPT='-O1 -fanalyzer' WERROR=-Werror all
	@clang-tidy --quiet --warnings-as-errors='*' \
	  --checks='clang-analyzer-*,bugprone-*,$(TIDY_LESS)' \
	  $(LIB_SRC) $(LATE) $(wildcard cgi-bin/*.c tools/*.c) -- $(CSTD) -Ilib -DADMIT_BINDIR='""'
	@rm -rf build/scanned
	@scan-build -o build/scan --status-bugs $(SUB) OUT=build/scanned CC=clang \
	  OPT=-O1 all
	@cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 \
	  --enable=warning,performance,portability -Ilib lib cgi-bin tools

clean:
	rm -rf build

# What is made of the programs to install them somewhere.
include deploy/install.mk deploy/bundle.mk deploy/deb.mk

-include $(UNIT:=.d) $(BENCH:=.d)
