# make install and uninstall: into $(DESTDIR)$(prefix), and out of it again.

.PHONY: install uninstall

# One list for both: what install puts there and uninstall takes out.
DOCS      := README.md SECURITY.md CHANGES.md LICENSE deploy/README.md \
  $(wildcard docs/*.md docs/*.json docs/pictures/*)
EXAMPLES  := lighttpd.conf apache.conf deploy/htaccess deploy/prometheus-rules.yml \
  $(wildcard deploy/*.conf deploy/Caddyfile deploy/systemd/*.service \
  deploy/systemd/*.socket deploy/systemd/*.target)
datadir   ?= $(prefix)/share
zshdir    ?= $(datadir)/zsh/site-functions
bashdir   := bash-completion/completions
fishdir   := fish/vendor_completions.d
COMPLETIONS = $(datadir)/$(bashdir)/admit $(zshdir)/_admit \
  $(datadir)/$(fishdir)/admit.fish
INSTALLED  = $(bindir)/admit $(CGI:%=$(cgibindir)/%.fcgi) \
  $(mandir)/man1/admit.1 $(COMPLETIONS) $(DOCS:%=$(docdir)/%) $(docdir)/examples/admit.env \
  $(addprefix $(docdir)/examples/,$(notdir $(EXAMPLES)))
OUR_FOLDERS = $(addprefix $(docdir)/,examples docs/pictures docs deploy) $(docdir) $(cgibindir) $(prefix)/lib/admit \
  $(addprefix $(datadir)/,$(bashdir) bash-completion zsh/site-functions zsh $(fishdir) fish)

install: all
	install -d $(sort $(dir $(INSTALLED:%=$(DESTDIR)%)))
	install -m 755 $(ADMIT) $(DESTDIR)$(bindir)/admit
	install -m 755 $(FCGI) $(DESTDIR)$(cgibindir)
	install -m 644 deploy/admit.1 $(DESTDIR)$(mandir)/man1/admit.1
	$(ADMIT) help --completion bash > $(DESTDIR)$(datadir)/$(bashdir)/admit
	$(ADMIT) help --completion zsh > $(DESTDIR)$(zshdir)/_admit
	$(ADMIT) help --completion fish > $(DESTDIR)$(datadir)/$(fishdir)/admit.fish
	chmod 644 $(COMPLETIONS:%=$(DESTDIR)%)
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
