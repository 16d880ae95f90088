/* Where a ledger is found, and its worker: a UNIX socket and a file with the
 * worker's lock, both beside the ledger and named after it. */
#ifndef OUTBOX_PLACE_H
#define OUTBOX_PLACE_H

#include "shop/app.h"

#include <sys/socket.h>
#include <sys/un.h>

struct place {
	int dir_fd;              /* the ledger's folder */
	struct sockaddr_un addr; /* PATH.wake, while this is open */
	char lock[256];          /* NAME.worker, in the folder */
};

/* The way to the ledger that the settings name, not yet opened. db_free() it
 * before app_end(), whose memory holds the settings. */
struct db *place_db(const struct app *app);

/* Opens the folder; false with errno set where there is none, or where its path
 * is too long for a socket. An open place is closed by place_close(). */
bool place_open(const struct app *app, struct place *p);
void place_close(struct place *p);

/* Wakes whoever listens there; false: nobody does. */
bool place_wake(const struct place *p);

#endif
