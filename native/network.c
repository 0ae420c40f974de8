#include "network.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "system.h"

/*
 * What can be seen of earlier use from inside, and where it shows:
 *
 *   sockstat      a socket that outlives its processes, sent over itself until the kernel collects such
 *   dev           each packet; without one there is no connection, and none in TIME_WAIT
 *   snmp, snmp6   what was refused before it became a packet
 *   ipv6_route    uses of a route, as by a socket that was connected and never sent
 *
 * Everything else that a program could change (addresses, routes, rules, settings) needs a capability that it has not. What
 * belongs to a socket goes with the socket; where it would not at once (groups, flow labels) the filter refuses it.
 */
static const char *const FILES[NETWORK_FILES] = {"sockstat", "snmp", "snmp6", "dev", "ipv6_route"};
enum { SOCKSTAT }; /* only its first line is this namespace's own */

void network_init(struct network *network) {
  *network = (struct network){.namespace = -1};
  for (size_t i = 0; i < NETWORK_FILES; i++) network->files[i] = -1;
}

int network_raise(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  int result = ioctl(fd, SIOCSIFFLAGS, &request);
  close(fd);
  return result;
}

/* A file's bytes, up to its end or to the first line's. -1 when it cannot be read whole. */
static ssize_t read_whole(int fd, char *bytes, size_t room, bool is_first_line_enough) {
  size_t size = 0;
  for (ssize_t got; (got = RETRY(pread(fd, bytes + size, room - size, (off_t)size))) != 0; size += (size_t)got)
    if (got < 0 || size + (size_t)got == room) return -1;
  const char *end = is_first_line_enough ? memchr(bytes, '\n', size) : NULL;
  return end ? end - bytes : (ssize_t)size;
}

/* All files one after another. A host without IPv6 lacks some of them. */
static ssize_t take_reading(const struct network *network, char *reading) {
  size_t size = 0;
  for (size_t i = 0; i < NETWORK_FILES; i++) {
    if (network->files[i] < 0) continue;
    ssize_t got = read_whole(network->files[i], reading + size, NETWORK_READING_MAX - size, i == SOCKSTAT);
    if (got < 0) return -1;
    size += (size_t)got;
  }
  return (ssize_t)size;
}

int network_open(struct network *network, pid_t member) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/ns/net", member);
  if ((network->namespace = open(path, O_RDONLY | O_CLOEXEC)) < 0) return -1;
  for (size_t i = 0; i < NETWORK_FILES; i++) {
    snprintf(path, sizeof path, "/proc/%d/net/%s", member, FILES[i]);
    network->files[i] = open(path, O_RDONLY | O_CLOEXEC);
    if (network->files[i] < 0 && errno != ENOENT) return -1;
  }
  if (!network->reading && !(network->reading = malloc(NETWORK_READING_MAX))) return -1;
  ssize_t size = take_reading(network, network->reading);
  network->reading_size = size < 0 ? 0 : (size_t)size;
  return size < 0 ? -1 : 0;
}

static bool is_as_new(const struct network *network) {
  static char now[NETWORK_READING_MAX];
  ssize_t size = take_reading(network, now);
  return size >= 0 && (size_t)size == network->reading_size && !memcmp(now, network->reading, network->reading_size);
}

void network_settle(struct network *network) {
  if (network->namespace >= 0 && !(DEFENCE("fresh_network") && !is_as_new(network))) return;
  network_close(network);
}

void network_close(struct network *network) {
  close_fd(&network->namespace);
  for (size_t i = 0; i < NETWORK_FILES; i++) close_fd(&network->files[i]);
  free(network->reading);
  network->reading = NULL;
}
