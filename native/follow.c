/*
 * The follower: says what a file says, and again whenever that changes, until standard input ends.
 *
 * The server starts it while it still is root, for a file that only root may read, and gives up its own privileges afterwards.
 * The path is that of whoever started the server; nothing that a client or a program has sent reaches this process: it
 * parses nothing, and of the server it notices only the end of its standard input. On standard output it writes one of
 *
 *   text MODE UID LENGTH   and LENGTH bytes after the line; MODE is octal: permissions alone
 *   absent                 there is no such file
 *   failed REASON          it cannot be read; REASON is for people
 *
 * at once, and from then on whenever it would say something else. It looks at the content each time: a file may be replaced or
 * written to, and times and sizes can stay the same.
 */
#include "follow.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "system.h"

enum { LOOK_EVERY_MS = 500, LENGTH_MAX = 1024 * 1024 };

struct look {
  const char *failure; /* NULL for none */
  bool is_absent;
  unsigned mode, uid;
  size_t length;
  char text[LENGTH_MAX + 1]; /* one more than may be, to see that there is more */
};

static void read_text(struct look *look, int fd) {
  struct stat facts;
  if (fstat(fd, &facts)) {
    look->failure = strerror(errno);
  } else if (!S_ISREG(facts.st_mode)) {
    look->failure = "it is not a regular file";
  } else {
    look->mode = facts.st_mode & 07777;
    look->uid = facts.st_uid;
    ssize_t count;
    while ((count = RETRY(read(fd, look->text + look->length, sizeof look->text - look->length))) > 0)
      look->length += (size_t)count;
    if (count < 0) look->failure = strerror(errno);
    else if (look->length > LENGTH_MAX) look->failure = "it is larger than 1 MiB";
  }
}

static void look_at(struct look *look, const char *path) {
  look->failure = NULL;
  look->is_absent = false;
  look->mode = look->uid = 0;
  look->length = 0;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a fifo must not keep us */
  if (fd >= 0) {
    read_text(look, fd);
    close(fd);
  } else if (errno == ENOENT) {
    look->is_absent = true;
  } else {
    look->failure = strerror(errno);
  }
}

static bool are_same(const struct look *a, const struct look *b) {
  if (a->failure || b->failure) return a->failure && b->failure && strcmp(a->failure, b->failure) == 0;
  return a->is_absent == b->is_absent && a->mode == b->mode && a->uid == b->uid && a->length == b->length &&
         memcmp(a->text, b->text, a->length) == 0;
}

static bool say(const struct look *look) {
  if (look->failure) {
    printf("failed %s\n", look->failure);
  } else if (look->is_absent) {
    printf("absent\n");
  } else {
    printf("text %o %u %zu\n", look->mode, look->uid, look->length);
    fwrite(look->text, 1, look->length, stdout);
  }
  return fflush(stdout) == 0;
}

int follow_file(const char *path) {
  static struct look looks[2];
  struct look *said = &looks[0], *seen = &looks[1];
  struct pollfd life_line = {.fd = 0, .events = POLLIN};
  look_at(said, path);
  if (!say(said)) return 1;
  for (;;) {
    /* Nothing is ever sent on it. */
    if (poll(&life_line, 1, LOOK_EVERY_MS) > 0) return 0;
    look_at(seen, path);
    if (are_same(said, seen)) continue;
    if (!say(seen)) return 1;
    struct look *spare = said;
    said = seen;
    seen = spare;
  }
}
