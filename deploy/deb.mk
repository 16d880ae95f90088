# make deb: a Debian package.

.PHONY: deb

# The package's paths are compiled in, so it has a build of its own.
DEB = build/admit_$(VERSION)_$(shell dpkg --print-architecture).deb

deb:
	@sh tools/deps.sh deb
	@rm -rf build/deb/root
	@umask 022; $(SUB) OUT=build/deb prefix=/usr zshdir=/usr/share/zsh/vendor-completions DESTDIR=build/deb/root install \
	  > build/deb.log || { cat build/deb.log; exit 1; }
	@sh deploy/debian/build.sh build/deb/root $(VERSION) $(DEB)
	$(SAY) $(DEB)
