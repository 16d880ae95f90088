# make install and uninstall: into $(DESTDIR)$(prefix), and out of it again.

.PHONY: install uninstall

# One list for both: what install puts there and uninstall takes out.
DOCS      := README.md SECURITY.md CHANGES.md LICENSE deploy/README.md \
  $(wildcard docs/*.md docs/*.json docs/pictures/*)
EXAMPLES  := lighttpd.conf apache.conf deploy/htaccess deploy/prometheus-rules.yml \
  $(wildcard deploy/*.conf deploy/Caddyfile deploy/systemd/*.service \
  deploy/systemd/*.socket deploy/systemd/*.target)
INSTALLED  = $(bindir)/admit $(CGI:%=$(cgibindir)/%.fcgi) \
  $(mandir)/man1/admit.1 $(DOCS:%=$(docdir)/%) $(docdir)/examples/admit.env \
  $(addprefix $(docdir)/examples/,$(notdir $(EXAMPLES)))
OUR_FOLDERS = $(addprefix $(docdir)/,examples docs/pictures docs deploy) $(docdir) $(cgibindir) $(prefix)/lib/admit

install: all
	install -d $(sort $(dir $(INSTALLED:%=$(DESTDIR)%)))
	install -m 755 $(ADMIT) $(DESTDIR)$(bindir)/admit
	install -m 755 $(FCGI) $(DESTDIR)$(cgibindir)
	install -m 644 deploy/admit.1 $(DESTDIR)$(mandir)/man1/admit.1
	for f in $(DOCS); do \
	  install -m 644 $$f $(DESTDIR)$(docdir)/$$f || exit 1; done
	for f in $(EXAMPLES); do \
	  sed 's|/usr/local/lib/admit/cgi-bin|$(cgibindir)|g; s|/usr/local/bin|$(bindir)|g' \
	  $$f > $(DESTDIR)$(docdir)/examples/$${f##*/} || exit 1; done
	$(ADMIT) help --env > $(DESTDIR)$(docdir)/examples/admit.env
	chmod 644 $(DESTDIR)$(docdir)/examples/*

uninstall:
	rm -f $(INSTALLED:%=$(DESTDIR)%)
	for d in $(OUR_FOLDERS:%=$(DESTDIR)%); do [ ! -d $$d ] || \
	  rmdir --ignore-fail-on-non-empty $$d; done
