// Linux headers that Swift's Glibc module leaves out.
// _GNU_SOURCE must not be defined here: fd_set would then differ from the one Glibc exports.
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/types.h>

// Declared by the header only with _GNU_SOURCE.
int pthread_setname_np(pthread_t, const char *);

// accept4 is declared by the header only with _GNU_SOURCE, and with a transparent union that Swift cannot call.
int accept4(int, struct sockaddr *, socklen_t *, int);

static inline int linux_accept(int listener, struct sockaddr_storage *peer, int flags) {
  socklen_t size = sizeof *peer;
  return accept4(listener, (struct sockaddr *)peer, &size, flags);
}

enum { LINUX_SOCK_NONBLOCK = SOCK_NONBLOCK, LINUX_SOCK_CLOEXEC = SOCK_CLOEXEC };
