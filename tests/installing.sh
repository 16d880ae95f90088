#!/bin/sh
# What make install puts somewhere, make uninstall takes out, and nothing else;
# the bundle's programs need no library that a shared host may lack, and
# answer. `make bundle` has been run. Closes with "N passed, N failed".
#
# usage: installing.sh BUILD-FOLDER
set -u
cd "$(dirname "$0")/.." || exit 2
mode=$(basename "$1") passed=0 failed=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

verdict() {
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not ok: $2"
	fi
}

list() {
	(cd "$tmp/$1" && find . | LC_ALL=C sort)
}

# installs NAME CGI-FOLDER MAKE-ARGUMENT...: into a root that has folders and
# files of others, and out of it again.
installs() {
	name=$1 cgi=$2
	shift 2
	for d in usr/local/bin usr/local/lib usr/local/share/man/man1 \
	    usr/local/share/doc usr/lib/cgi-bin; do
		mkdir -p "$tmp/$name/$d"
		echo "another's" > "$tmp/$name/$d/admit-of-others"
	done
	list "$name" > "$tmp/before"
	make -s MODE="$mode" DESTDIR="$tmp/$name" "$@" install > "$tmp/log" 2>&1
	verdict $? "$name: make install: $(cat "$tmp/log")"
	list "$name" > "$tmp/installed"
	for f in "$cgi/pay.fcgi" "$cgi/webhook.fcgi" "$cgi/tgupdate.fcgi"; do
		[ -x "$tmp/$name$f" ]
		verdict $? "$name: $f is not there"
	done
	for f in bin/admit share/man/man1/admit.1 share/doc/admit/README.md \
	    share/bash-completion/completions/admit share/zsh/site-functions/_admit \
	    share/fish/vendor_completions.d/admit.fish \
	    share/doc/admit/examples/lighttpd.conf \
	    share/doc/admit/examples/admit.env; do
		grep -q "/$f\$" "$tmp/installed"
		verdict $? "$name: $f is not there"
	done
	grep -q "=$cgi/%i.fcgi$" "$tmp/$name"/usr/local/share/doc/admit/examples/admit@.service
	verdict $? "$name: the units do not name $cgi"
	wild=$(find "$tmp/$name" -newer "$tmp/before" ! -type l -perm /022)
	[ -z "$wild" ]
	verdict $? "$name: others can write $wild"
	make -s MODE="$mode" DESTDIR="$tmp/$name" "$@" uninstall \
	    > "$tmp/log" 2>&1
	verdict $? "$name: make uninstall: $(cat "$tmp/log")"
	list "$name" | diff "$tmp/before" - > "$tmp/log"
	verdict $? "$name: what was before differs from what is left:
$(cat "$tmp/log")"
}

umask 022
installs plain /usr/local/lib/admit/cgi-bin
installs cgibindir /usr/lib/cgi-bin cgibindir=/usr/lib/cgi-bin

# The bundle.
set -- "$1"/admit-*-linux-*.tar.gz
tar -C "$tmp" -xzf "$1"
verdict $? "$1 cannot be unpacked"
bundle=$(echo "$tmp"/admit-*)
web=$bundle/web

for program in webhook.fcgi tgupdate.fcgi pay.fcgi admit; do
	readelf -W -h -d "$web/$program" > "$tmp/elf"
	grep -q 'Type: *DYN' "$tmp/elf" && grep -q 'FLAGS_1.* PIE' "$tmp/elf"
	verdict $? "$program is not position independent"
	case $program in
	webhook* | tgupdate*) libc='^$' ;;
	*) libc='^(libc\.so\.6|libm\.so\.6|ld-linux.*)$' ;;
	esac
	needs=$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' "$tmp/elf" |
	    grep -Ev "$libc")
	[ -z "$needs" ]
	verdict $? "$program needs $needs"
done
newest=$(objdump -T "$web/pay.fcgi" "$web/admit" |
    grep -o 'GLIBC_2\.[0-9]*' | sort -t. -k2n | tail -n 1)
echo "measure: the bundle needs glibc ${newest#GLIBC_}"
grep -q "glibc ${newest#GLIBC_}" "$bundle/README" "$bundle/install.sh"
verdict $? "the bundle's README does not name ${newest}"
[ "$(wc -l < "$bundle/README")" -le 20 ]
verdict $? "the bundle's README has more than 20 lines"

# Its installer asks for what the settings lack where somebody is there to be
# asked, and refuses where nobody is. As an account that no file of accounts
# knows, so that its home is the folder here.
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null && command -v script > /dev/null; then
	chmod 711 "$tmp"
	mkdir -p "$tmp/home/web"
	tar -C "$tmp/home" -xzf "$1"
	chown -R 61234:61234 "$tmp/home"
	stranger() {
		exec setpriv --reuid 61234 --regid 61234 --clear-groups \
		    env -i PATH="$PATH" SHELL=/bin/sh HOME="$tmp/home" "$@" < /dev/null 2>&1
	}
	(stranger sh "$tmp"/home/admit-*/install.sh "$tmp/home/web/join" > "$tmp/out")
	grep -q 'fill in .*/admit.env first' "$tmp/out"
	verdict $? "install.sh without a terminal: $(cat "$tmp/out")"
	stranger script -qefc "sh $tmp/home/admit-*/install.sh $tmp/home/web/join" \
	    /dev/null > "$tmp/said" &
	asking=$!
	tries=0
	until grep -qs "Stripe's secret key .*not shown" "$tmp/said" || [ $tries = 200 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	[ $tries -lt 200 ] && [ -x "$tmp/home/web/join/pay.fcgi" ] && [ -e "$tmp/home/.config/admit/admit.env" ]
	verdict $? "install.sh at a terminal does not ask: $(cat "$tmp/said")"
	kill $asking
	wait $asking
fi

mkdir -m 700 "$tmp/data"
{
	echo "STRIPE_SECRET_KEY=sk_test_ofNobody"
	echo "STRIPE_WEBHOOK_SECRET=whsec_ofNobody"
	echo "TELEGRAM_BOT_TOKEN=123:ofNobody"
	echo "TELEGRAM_WEBHOOK_SECRET=ofNobody"
	echo "PAID_CHANNEL_LINK=https://t.me/+ofNobody"
	echo "BASE_URL=https://pay.example.com"
	echo "STRIPE_API_BASE=http://127.0.0.1:1"
	echo "TELEGRAM_API_BASE=http://127.0.0.1:1"
	echo "DATABASE_URL=sqlite:$tmp/data/admit.db"
} > "$bundle/admit.env"

# cgi PROGRAM METHOD URI WANT-STATUS [ARGUMENT-OF-env...]
cgi() {
	program=$1 method=$2 uri=$3 want=$4
	shift 4
	env -i PATH=/usr/bin:/bin ADMIT_CONF="$bundle/admit.env" \
	    REQUEST_METHOD="$method" REQUEST_URI="$uri" \
	    QUERY_STRING="${uri#*[?]}" GATEWAY_INTERFACE=CGI/1.1 "$@" \
	    "$web/$program" < /dev/null > "$tmp/out" 2> "$tmp/err"
	grep -q "^Status: $want" "$tmp/out"
	verdict $? "$program: $method $uri is not $want: $(cat "$tmp/out" "$tmp/err")"
}

cgi webhook.fcgi POST /webhook 400
cgi tgupdate.fcgi POST /tgupdate 401
cgi pay.fcgi GET /health 200
# libcurl is opened and finds nobody at the other end.
cgi pay.fcgi GET '/paid?session_id=cs_test_a1b2c3d4e5f6' '[245]'
grep -q 'http_failed' "$tmp/err"
verdict $? "pay.fcgi made no call: $(cat "$tmp/out" "$tmp/err")"
ADMIT_CONF=$bundle/admit.env "$web/admit" work --once 2> "$tmp/err"
verdict $? "the worker of the bundle does not work: $(cat "$tmp/err")"

echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
