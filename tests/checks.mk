# What Admit is tested and measured with; `make help` tells what each does.

FAULT   := $(OUT)/fault/tracer $(OUT)/fault/shim.so
UNIT    := $(patsubst tests/unit/%.c,$(OUT)/tests/%,$(wildcard tests/unit/*.c))

FAULTS := fault-kill fault-errors fault-memory fault-rest
POSTGRES := postgres-unit $(addprefix postgres-web-,1 2 3 4 5 6) postgres-ways \
  postgres-machines

.PHONY: check postgres $(POSTGRES) check-deploy check-servers check-all build-release \
  build-asan asan-later tests unit web fault $(FAULTS) fuzz mutants bench timing \
  valgrind asan lint pictures po fmt fmt-check analyze

# Run for a second each, so that they need not be fast, and there are many to be
# made: what is tested is the library, which is made as it is installed.
TEST_OPT := -O0 -U_FORTIFY_SOURCE $(if $(filter release,$(MODE)),-DIS_SHIPPED=1)
TEST_LD  := $(if $(wildcard /usr/bin/ld.gold),-fuse-ld=gold)
# One run-time of the sanitizers for all of them: clang would put it into each.
ifneq ($(and $(findstring asan,$(MODE)),$(findstring clang,$(CC))),)
TEST_LD  += -shared-libasan -Wl,-rpath,$(shell $(CC) -print-runtime-dir)
endif

$(OUT)/tests/%.o: tests/unit/%.c Makefile
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CSTD) $(WARN) $(WERROR) $(OPT) $(TEST_OPT) $(CFLAGS) -Ilib \
	  -MMD -MP -c -o $@ $<

# Apart, since most of them only want linking again when the library changes.
$(OUT)/tests/%: $(OUT)/tests/%.o $(LIB)
	$(Q)$(CC) $(OPT) $(TEST_LD) $(CFLAGS) $(LDFLAGS) -o $@ $@.o $(LIB) -lcmocka $(LIBS) $(if $(PQ),-lpq)

tests: $(UNIT) $(FAULT) $(OUT)/fuzz/replay sandbox-clock

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

$(OUT)/fault/shim.so: tests/fault/shim.c tests/fault/wall.h
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CSTD) $(WARN) $(WERROR) -O1 -shared -fPIC -o $@ $< -ldl

# Everything a change must pass. What the tests need is installed first; then
# all of it runs plain, made by gcc, and, where memory errors can hide, under the
# sanitizers, made by clang; neither may have anything to say of any file.
check:
	@sh tools/deps.sh check
	@sh tests/check.sh build/release build fault-quick unit lint parts \
	  servers-quick postgres-quick docs hardening installing web measure \
	  build/asan build unit corpora web-memory

# The builds that it asks for, each by another compiler.
build-release:
	@$(SUB) CC=gcc WERROR=-Werror all tests bundle

build-asan:
	@$(SUB) MODE=asan CC=clang WERROR=-Werror all tests \
	  $(LATE:%.c=build/asan/%.o)

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
	$(Q)$(CC) $(CSTD) $(WARN) $(WERROR) $(OPT) $(CFLAGS) -Ilib -MMD -MP $(LDFLAGS) -o $@ $< \
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
PARTS ?= check $(POSTGRES) $(FAULTS) fuzz mutants check-servers check-deploy valgrind \
  asan-later timing analyze

check-all:
	@node tests/parts/run.mjs $(PARTS); status=$$?; \
	node tests/fault/table.mjs; exit $$status

asan:
	@sh tools/deps.sh check
	@sh tests/check.sh build/asan build unit corpora web-memory web-later

# The web tests that `make check` runs without sanitizers alone.
asan-later:
	@sh tools/deps.sh check
	@sh tests/check.sh build/asan build web-later

unit: tests
	@sh tests/check.sh $(OUT) unit

# The unit tests and the web tests again, on PostgreSQL servers of their own, in
# parts of some minutes: those that have not passed on these sources yet.
postgres:
	@node tests/parts/run.mjs $(POSTGRES)

$(POSTGRES): postgres-%: all tests
	@sh tools/deps.sh postgres
	@sh tests/postgres.sh $(OUT) --part $*

MUTANTS   ?= 100
MUTANTS_S ?= 780
mutants:
	@MUTANTS_S=$(MUTANTS_S) node tests/mutants/mutants.mjs $(MUTANTS)

# All cores for FUZZ_TOTAL_S, shared among the targets, or each target for FUZZ_S;
# how long where neither is said, tests/fuzz/run.sh knows.
FUZZ_TOTAL_S ?=
FUZZ_S       ?=
fuzz:
	@sh tools/deps.sh fuzz
	@$(SUB) OUT=build/fuzz CC=clang FUZZ_LD=-fsanitize=fuzzer \
	  OPT='-O1 -g -fsanitize=fuzzer-no-link,address,undefined \
	  -fno-sanitize-recover=all' build/fuzz/fuzz/libfuzzer
	@$(SUB) OUT=build/coverage CC=gcc OPT='-O0 -g --coverage' \
	  build/coverage/fuzz/replay
	@FUZZ_TOTAL_S=$(FUZZ_TOTAL_S) FUZZ_S=$(FUZZ_S) sh tests/fuzz/run.sh

web: all sandbox-clock
	@sh tests/check.sh $(OUT) web measure

fault: all tests
	@ADMIT_OUT=$(OUT) node tests/fault/run.mjs

$(FAULTS): fault-%: all tests
	@ADMIT_OUT=$(OUT) node tests/fault/run.mjs --group $*

# What the documents show, as it looks now. Fonts are this machine's.
pictures: all
	@ADMIT_OUT=$(abspath $(OUT)) node tests/web/pictures.mjs

lint:
	@sh tests/lint/lint.sh

# New English sentences come into the other files, empty; of one that changed a
# little the translation stays and is fuzzy, until somebody has looked at it.
po:
	@mkdir -p $(OUT)
	$(Q)msgfilter --keep-header -i $(firstword $(PO)) -o $(OUT)/texts.pot \
	  sh -c 'cat > /dev/null'
	$(Q)for f in $(wordlist 2,99,$(PO)); do msgmerge --quiet --previous \
	  --backup=none --update $$f $(OUT)/texts.pot || exit 1; done

C_FILES := $(wildcard lib/*/*.[ch] lib/store/sql/*.h cgi-bin/*.c tools/*.[ch] \
  tests/unit/*.[ch] tests/house/*.c tests/fault/*.c tests/fuzz/*.[ch] tests/bench/*.[ch])

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

# All that clang's analyzer asks by default is among what clang-tidy asks.
analyze:
	@sh tools/deps.sh analyze
	@$(SUB) OUT=build/analyzer OPT='-O1 -fanalyzer' WERROR=-Werror all
	@printf '%s\n' $(LIB_SRC) $(LATE) $(wildcard cgi-bin/*.c tools/*.c) | \
	  xargs -P 2 -n 8 sh -c 'exec clang-tidy --quiet --warnings-as-errors="*" \
	  --checks="clang-analyzer-*,bugprone-*,$(TIDY_LESS)" "$$@" -- \
	  $(CSTD) -Ilib -DADMIT_BINDIR=\"\"' sh
	@cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 \
	  --enable=warning,performance,portability -Ilib lib cgi-bin tools

-include $(UNIT:=.d) $(BENCH:=.d)
