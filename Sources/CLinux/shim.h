// Linux headers that Swift's Glibc module leaves out.
// _GNU_SOURCE must not be defined here: fd_set would then differ from the one Glibc exports.
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>

// Declared by the header only with _GNU_SOURCE.
int pthread_setname_np(pthread_t, const char *);

// accept4 is declared by the header only with _GNU_SOURCE, and with a transparent union that Swift cannot call.
int accept4(int, struct sockaddr *, socklen_t *, int);

static inline int linux_accept(int listener, struct sockaddr_storage *peer, int flags) {
  socklen_t size = sizeof *peer;
  return accept4(listener, (struct sockaddr *)peer, &size, flags);
}

enum { LINUX_SOCK_NONBLOCK = SOCK_NONBLOCK, LINUX_SOCK_CLOEXEC = SOCK_CLOEXEC };

// Descriptors that one message may carry; the ports of a service are fewer.
enum { LINUX_DESCRIPTORS_MAX = 16 };

// Sends bytes, and descriptors beside them, in one message. The macros that lay it out are beyond Swift.
static inline ssize_t linux_send_descriptors(
    int socket, const void *bytes, size_t count, const int *descriptors, int descriptor_count) {
  char control[CMSG_SPACE(sizeof(int) * LINUX_DESCRIPTORS_MAX)];
  memset(control, 0, sizeof control);
  struct iovec part = {(void *)bytes, count};
  struct msghdr message = {0};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)descriptor_count);
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)descriptor_count);
  memcpy(CMSG_DATA(header), descriptors, sizeof(int) * (size_t)descriptor_count);
  return sendmsg(socket, &message, MSG_NOSIGNAL);
}

// Receives such a message; no program that is started later inherits the descriptors.
static inline ssize_t linux_receive_descriptors(
    int socket, void *bytes, size_t count, int *descriptors, int *descriptor_count) {
  char control[CMSG_SPACE(sizeof(int) * LINUX_DESCRIPTORS_MAX)];
  struct iovec part = {bytes, count};
  struct msghdr message = {0};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  *descriptor_count = 0;
  ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  if (received < 0) return received;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    *descriptor_count = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    memcpy(descriptors, CMSG_DATA(header), sizeof(int) * (size_t)*descriptor_count);
  }
  return received;
}
