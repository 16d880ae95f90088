# make bundle: an archive for shared hosting. Two programs need no library at
# all, and two need the C library and open the host's libcurl when they call out.
# The linker would warn of lookups by name in static programs (nobody makes any)
# and of the accounts: those in /etc/passwd are found.

.PHONY: bundle

ARCH    := $(shell uname -m)
BUNDLE  := $(OUT)/bundle/admit-$(VERSION)
ARCHIVE := $(OUT)/admit-$(VERSION)-linux-$(ARCH).tar.gz
BUNDLED := -lfcgi -ljson-c -lsqlite3 -lcrypto
ALONE   := $(CGI:%=$(BUNDLE)/web/%.fcgi) $(BUNDLE)/web/admit
LATE_O  := $(LATE:%.c=$(OUT)/%.o)

$(BUNDLE)/web/webhook.fcgi $(BUNDLE)/web/tgupdate.fcgi: \
    $(BUNDLE)/web/%.fcgi: $(OUT)/cgi-bin/%.o $(LIB)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(OPT) -s -static-pie -Wl,-z,relro,-z,now,-z,noexecstack \
	  -Wl,--no-warnings $(LDFLAGS) -o $@ $^ $(BUNDLED) -lm

$(BUNDLE)/web/pay.fcgi: $(OUT)/cgi-bin/pay.o
$(BUNDLE)/web/admit: $(TOOL_OBJ)
$(BUNDLE)/web/pay.fcgi $(BUNDLE)/web/admit: $(LATE_O) $(LIB)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(OPT) -s $(ld_$(MODE)) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LIB) \
	  -Wl,--as-needed,-Bstatic $(BUNDLED) -Wl,-Bdynamic -lm

bundle: $(ALONE) $(ADMIT)
	$(Q)cp deploy/htaccess $(BUNDLE)/web/.htaccess
	$(Q)cp deploy/bundle/README deploy/bundle/install.sh LICENSE $(BUNDLE)
	$(Q)$(ADMIT) help --env > $(BUNDLE)/admit.env
	$(Q)chmod 600 $(BUNDLE)/admit.env
	$(Q)tar -C $(OUT)/bundle --sort=name --owner=0 --group=0 --numeric-owner \
	  -czf $(ARCHIVE).new admit-$(VERSION)
	$(Q)mv $(ARCHIVE).new $(ARCHIVE)
	$(SAY) $(ARCHIVE)

-include $(LATE_O:.o=.d)
