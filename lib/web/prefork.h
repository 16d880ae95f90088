/* A parent that forks workers which share the listening socket, so that no
 * visitor waits behind a busy process and a crash costs one request. */
#ifndef WEB_PREFORK_H
#define WEB_PREFORK_H

/* Forks n workers, each of which returns from here with 0 and goes on to serve.
 * The parent stays inside, starts a worker anew when one ends, and returns 1
 * when it was told to stop and all workers have ended (after 5 s they are
 * killed). n 0: returns 0 at once, in this very process. */
int prefork(long n);

#endif
