#!/bin/sh
# Puts Admit into a folder of a web root, for the account that runs this. Run
# again, or from a newer bundle, it replaces the programs and keeps the rest.
#
# usage: sh install.sh WEB-FOLDER
set -eu

fail() {
	echo "install.sh: $1" >&2
	exit 1
}

[ $# = 1 ] || fail "which folder of the web root? sh install.sh ~/public_html/join"
here=$(cd "$(dirname "$0")" && pwd -P)
home=$(awk -F: -v uid="$(id -u)" '$3 == uid { print $6; exit }' /etc/passwd)
[ -d "${home:=$HOME}" ] || fail "the home folder $home is not there"
settings=$home/.config/admit/admit.env
umask 077

mkdir -p -m 755 "$1" || fail "$1 cannot be made"
web=$(cd "$1" && pwd -P)
case $here/ in
"$web"/*) fail "move $here out of the web root, and choose a folder of the web root for Admit alone" ;;
esac
if [ -e "$web/.htaccess" ] && ! head -n 1 "$web/.htaccess" | grep -q '^# Admit '; then
	fail "$web belongs to something else (it has an .htaccess); choose a folder of its own"
fi

chmod 755 "$here/web/admit"
"$here/web/admit" version > /dev/null ||
    fail "the programs do not run on this host; glibc 2.34 is needed (ldd --version)"

# Somebody at a terminal is asked for what is missing at the end.
if [ ! -e "$settings" ]; then
	[ -t 0 ] || grep -q '^STRIPE_SECRET_KEY=.' "$here/admit.env" ||
	    fail "fill in $here/admit.env first"
	mkdir -p "$home/.config/admit"
	mv "$here/admit.env" "$settings"
fi
chmod 600 "$settings"
echo "ok    the settings are in $settings"

# Each is replaced at once: what runs goes on, what starts is new.
put() {
	cp "$here/web/$1" "$web/.new.$1"
	chmod "$2" "$web/.new.$1"
	mv -f "$web/.new.$1" "$web/$1"
}
put admit 755
for name in webhook tgupdate pay; do
	put $name.fcgi 755
done
put .htaccess 644
ADMIT_CONF=$settings "$web/admit" work --stop 2> /dev/null || true
echo "ok    the programs are in $web"

line="* * * * * '$web/admit' work --once"
if { crontab -l 2> /dev/null | grep -vF "'$web/admit' "; echo "$line"; } |
    crontab - 2> /dev/null; then
	echo "ok    cron looks after the worker every minute"
else
	echo "note  add this cron job, the safety net: $line"
fi

export ADMIT_CONF="$settings"
if [ -t 0 ] && ! "$web/admit" check --settings > /dev/null 2>&1; then
	exec "$web/admit" init
fi
exec "$web/admit" setup
