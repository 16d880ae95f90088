#!/bin/sh
# Installs what building, running and testing need, where it is missing: Debian
# packages through apt-get, as root or through sudo. Elsewhere it prints what
# to install. What is there already is left alone, wherever it came from.
#
# usage: deps.sh run|check|postgres|deb|deploy|servers|analyze|fuzz
set -eu

# set, how to see that it is there, Debian's package, what it is for
table='
run   cmd:cc               gcc                   the compiler
run   inc:stdio.h          libc6-dev             the C library
run   inc:fcgiapp.h        libfcgi-dev           FastCGI
run   inc:curl/curl.h      libcurl4-openssl-dev  calling Stripe and Telegram
run   inc:json-c/json.h    libjson-c-dev         JSON
run   inc:sqlite3.h        libsqlite3-dev        the ledger
run   inc:openssl/hmac.h   libssl-dev            signatures
run   cmd:awk              mawk                  making tables of the texts
run   cmd:lighttpd         lighttpd              the web server
run   cmd:node             nodejs                the sandbox
run   cmd:update-ca-certificates ca-certificates verifying TLS
check inc:cmocka.h         libcmocka-dev         unit tests
check cmd:npm              npm                   the parts of the web tests
check cmd:sqlite3          sqlite3               looking into the ledger
check inc:postgresql/libpq-fe.h libpq-dev        the second engine
check cmd:pg_ctlcluster    postgresql            its server
check cmd:psql             postgresql-client     looking into that
postgres cmd:pgbouncer      pgbouncer             a pooler before it
check cmd:clang            clang                 the second compiler
check cmd:clang-format     clang-format          make fmt-check
check cmd:msgfmt           gettext               checking the texts
check cmd:pgrep            procps                seeing that nothing is left
check cmd:chromium         chromium              the browser test
check any:/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf fonts-dejavu-core its fonts
check any:/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf fonts-noto-color-emoji its signs
check rt:asan              libclang-rt-14-dev    the sanitizers
check cmd:llvm-symbolizer  llvm                  and the lines that they speak of
deb   cmd:dpkg-shlibdeps   dpkg-dev              the Debian package
deploy cmd:debootstrap      debootstrap           plain Debian roots to install in
check cmd:openssl          openssl               a certificate for the tests
check cmd:apache2          apache2               the second web server
check any:/usr/lib/apache2/modules/mod_fcgid.so libapache2-mod-fcgid its FastCGI
check any:/usr/lib/lighttpd/mod_openssl.so lighttpd-mod-openssl TLS in lighttpd
servers cmd:nginx          nginx-light           web servers
servers cmd:caddy          caddy                 web servers
servers cmd:h2o            h2o                   web servers
servers cmd:spawn-fcgi     spawn-fcgi            starting the programs
servers cmd:systemd-socket-activate systemd      starting the programs
analyze cmd:clang-tidy     clang-tidy            reading the code
analyze cmd:cppcheck       cppcheck              reading it again
fuzz  cmd:clang            clang                 libFuzzer
fuzz  rt:fuzzer            libclang-rt-14-dev    and what it runs on
'

PATH=$PATH:/usr/sbin:/sbin

is_there() {
	case $1 in
	cmd:*) command -v "${1#cmd:}" > /dev/null ;;
	inc:*)
		set -- /usr/include/"${1#inc:}" /usr/local/include/"${1#inc:}" \
		    /usr/include/*/"${1#inc:}"
		for f; do [ ! -e "$f" ] || return 0; done
		return 1
		;;
	rt:*) set -- /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt."${1#rt:}"-*.a &&
	    [ -e "$1" ] ;;
	any:*) [ -e "${1#any:}" ] ;;
	esac
}

wanted=$1 missing=
while read -r set test package why; do
	[ -n "$set" ] || continue
	case $wanted:$set in
	*:run | check:check | deploy:check | deploy:deb | deploy:deploy | deb:deb) ;;
	postgres:check | postgres:postgres) ;;
	servers:check | servers:servers | analyze:analyze | fuzz:fuzz) ;;
	*) continue ;;
	esac
	is_there "$test" || missing="$missing $package"
	[ -n "$why" ]
done <<END
$table
END
[ -n "$missing" ] || exit 0

if ! command -v apt-get > /dev/null; then
	echo "These are missing; install them the way of this system" >&2
	echo "(the names are Debian's):$missing" >&2
	exit 1
fi
as_root=
if [ "$(id -u)" != 0 ]; then
	as_root="sudo -n"
	$as_root true 2> /dev/null || as_root=sudo
	command -v sudo > /dev/null || {
		echo "Run this as root: apt-get install$missing" >&2
		exit 1
	}
fi

# Installing lighttpd must not start a web server of the system's: while we
# install, Debian is told that no service may start.
policy=/usr/sbin/policy-rc.d
log=$(mktemp)
ours=no
cleanup() {
	[ $ours = no ] || $as_root rm -f $policy
	rm -f "$log"
}
trap cleanup EXIT
trap 'exit 130' INT TERM
if [ ! -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy > /dev/null
	$as_root chmod 755 $policy
	ours=yes
fi

echo "installing:$missing"
{
	$as_root apt-get update
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y \
	    --no-install-recommends $missing
} > "$log" 2>&1 || {
	tail -n 30 "$log" >&2
	echo "apt-get could not install:$missing" >&2
	exit 1
}
