#!/bin/sh
# Ways of installing, tried out in plain Debian roots: needs root (for chroot),
# debootstrap and Debian's archive, and says so where one of them is missing.
#
# usage: run.sh [TEST-FILE...]
set -u
cd "$(dirname "$0")/../.." || exit 2
root=$PWD

skip() {
	echo "skipped: $1"
	exit 0
}
[ "$(id -u)" = 0 ] || skip "the tests of the ways of installing need root, for chroot"
unshare --mount --pid --fork true 2> /dev/null ||
    skip "this system gives no namespaces (unshare)"

sh tools/deps.sh deploy || exit 1
command -v debootstrap > /dev/null || skip "debootstrap is not installed"

# One Debian serves as the pattern of all roots. Of two runs, one makes it.
mkdir -p build/deploy/archives
exec 9> build/deploy/lock
flock 9
if [ ! -e build/deploy/base ]; then
	rm -rf build/deploy/base.new
	debootstrap --variant=minbase bookworm build/deploy/base.new \
	    > build/deploy/debootstrap.log 2>&1 || {
		tail -n 5 build/deploy/debootstrap.log
		skip "debootstrap could not fetch Debian"
	}
	rm -f build/deploy/base.new/var/cache/apt/archives/*.deb
	mv build/deploy/base.new build/deploy/base
fi
exec 9>&-

make --no-print-directory -j2 all bundle deb > build/deploy/make.log 2>&1 || {
	cat build/deploy/make.log
	exit 1
}
[ -e tests/web/node_modules ] ||
    (cd tests/web && npm ci --ignore-scripts --no-audit --no-fund > /dev/null) ||
    exit 1
ADMIT_ROOTS=$(mktemp -d "$root/build/deploy/run.XXXXXX")
export ADMIT_ROOTS
trap 'rm -rf "$ADMIT_ROOTS"' EXIT
trap 'exit 130' INT TERM
cd tests/deploy || exit 2
[ $# -gt 0 ] || set -- *.test.mjs
timeout --foreground 1200 node --test --test-reporter=tap "$@" > "$ADMIT_ROOTS/tap" 2>&1
status=$?
cp "$ADMIT_ROOTS/tap" "$root/build/deploy/tests.tap"
[ $status = 0 ] || cat "$ADMIT_ROOTS/tap"
awk -v status=$status '/^# pass / { p = $3 } /^# (fail|cancelled) / { f += $3 }
    END {
	if (status != 0 && f == 0)
		f = 1
	printf "%d passed, %d failed\n", p, f
    }' "$ADMIT_ROOTS/tap"
exit $status
