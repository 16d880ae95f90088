#!/bin/sh
# Makes the Debian package out of what `make install` puts under ROOT. Needs
# dpkg-dev; neither root nor debhelper.
#
# usage: build.sh ROOT VERSION PACKAGE.deb
set -eu
root=$(cd "$1" && pwd) version=$2 package=$3
here=$(cd "$(dirname "$0")" && pwd)
umask 022

strip --strip-unneeded "$root"/usr/bin/admit "$root"/usr/lib/admit/cgi-bin/*
gzip -9n "$root"/usr/share/man/man1/admit.1
rm "$root/usr/share/doc/admit/LICENSE"
install -m 644 "$here/copyright" "$root/usr/share/doc/admit/copyright"
printf 'admit (%s) unstable; urgency=medium\n\n  * See README.md.\n\n -- %s\n' \
    "$version" "The Admit authors <admit@localhost>  $(date -uR -d "@${SOURCE_DATE_EPOCH:-0}")" |
    gzip -9n > "$root/usr/share/doc/admit/changelog.gz"

install -d "$root/etc/admit" "$root/lib/systemd/system"
sed -e 's|^#DATABASE_URL=.*|DATABASE_URL=sqlite:/var/lib/admit/admit.db|' \
    -e 's|^#WORKER_FOLDER=.*|WORKER_FOLDER=/var/lib/admit|' \
    "$root/usr/share/doc/admit/examples/admit.env" > "$root/etc/admit/admit.env"
chmod 640 "$root/etc/admit/admit.env" # root:admit after postinst
rm "$root/usr/share/doc/admit/examples/admit.env"
for unit in "$here"/../systemd/*; do
	mv "$root/usr/share/doc/admit/examples/$(basename "$unit")" \
	    "$root/lib/systemd/system"
done

# What the programs are linked with, by the packages that brought it.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/debian"
printf 'Source: admit\n\nPackage: admit\nArchitecture: any\n' > "$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O "$root"/usr/bin/admit \
    "$root"/usr/lib/admit/cgi-bin/*.fcgi 2> "$work/log" |
    sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { cat "$work/log" >&2; exit 1; }

install -d "$root/DEBIAN"
sed -e "s|@VERSION@|$version|" -e "s|@DEPENDS@|$depends|" \
    -e "s|@ARCH@|$(dpkg --print-architecture)|" \
    -e "s|@SIZE@|$(du -sk "$root" | cut -f1)|" \
    "$here/control.in" > "$root/DEBIAN/control"
echo /etc/admit/admit.env > "$root/DEBIAN/conffiles"
install -m 755 "$here/postinst" "$here/prerm" "$here/postrm" "$root/DEBIAN"
(cd "$root" && find usr lib -type f -print0 | LC_ALL=C sort -z |
    xargs -0 md5sum) > "$root/DEBIAN/md5sums"
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" > /dev/null
