/*
 * millrace-launcher: the supervisor half, and main.
 *
 * The worker starts it while it still is root, with a pipe as standard input, and then gives up its own privileges. The supervisor
 * takes the first free instance of this host (its lock file tells), prints one line "SOCKET UID GID" on standard output (where
 * the launcher listens, and the ids that the worker must take), and keeps a launcher running until standard input ends. It
 * parses nothing that anybody else has written. Whenever a launcher dies, and before the first starts, it removes the groups that a dead one has left; at
 * its own start those of every instance that was killed as a whole.
 */
#include <linux/keyctl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "cgroup.h"
#include "launcher.h"
#include "signals.h"
#include "system.h"

enum {
  INSTANCES = 64,
  /* Above every range that distributions and container managers hand out (systemd leaves 1879048192 to 2147483647 unused). */
  FIRST_ID = 1900000000,
  IDS_PER_INSTANCE = 1024,
  LAUNCHER_END_MS = 10 * 1000,
  SHORT_LIFE_US = 1000 * 1000,
  SHORT_LIVES_MAX = 5
};

#define RUNTIME_DIRECTORY "/run/millrace"

struct supervisor {
  int instance, lock, listener;
  uid_t worker_uid;
  char directory[64], socket_path[96], lock_path[64];
  struct cgroup_tree groups;
};

static _Noreturn void die(const char *what) {
  fprintf(stderr, "launcher: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void name_instance(struct supervisor *s, int instance) {
  const char *missing;
  s->instance = instance;
  s->worker_uid = FIRST_ID + (uid_t)(instance * IDS_PER_INSTANCE);
  snprintf(s->lock_path, sizeof s->lock_path, RUNTIME_DIRECTORY "/%d.lock", instance);
  snprintf(s->directory, sizeof s->directory, RUNTIME_DIRECTORY "/%d", instance);
  snprintf(s->socket_path, sizeof s->socket_path, "%s/launcher.sock", s->directory);
  cgroup_find(&s->groups, instance, &missing);
}

/* Takes the lock of an instance, which is free exactly when neither supervisor nor launcher of it lives. One that ends
 * removes its file: a lock of a removed file is none. False with the lock's descriptor -1 when there is no file. */
static bool lock_instance(struct supervisor *s, int create) {
  struct stat ours, named;
  for (;; close(s->lock)) {
    s->lock = open(s->lock_path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | create, 0600);
    if (s->lock < 0) return false;
    if (flock(s->lock, LOCK_EX | LOCK_NB)) break;
    if (!fstat(s->lock, &ours) && !stat(s->lock_path, &named) && ours.st_ino == named.st_ino) return true;
  }
  close(s->lock);
  return false;
}

static void take_instance(struct supervisor *s) {
  for (int i = 0; i < INSTANCES; i++) {
    name_instance(s, i);
    do {
      if (mkdir(RUNTIME_DIRECTORY, 0755) && errno != EEXIST) die("cannot make " RUNTIME_DIRECTORY);
      if (lock_instance(s, O_CREAT)) return;
    } while (s->lock < 0 && errno == ENOENT); /* the last other instance has just taken the directory with it */
    if (s->lock < 0) die(s->lock_path);
  }
  errno = EBUSY;
  die("every instance of this host is taken");
}

/* Call it only while holding the lock: from then on the place may be another's. */
static void remove_instance(const struct supervisor *s) {
  unlink(s->socket_path);
  rmdir(s->directory);
  unlink(s->lock_path);
  rmdir(RUNTIME_DIRECTORY);
}

/* Of those whose supervisor and launcher were both killed. */
static void remove_dead_instances(int own) {
  struct supervisor dead;
  for (int i = 0; i < INSTANCES; i++) {
    name_instance(&dead, i);
    if (i == own || !lock_instance(&dead, 0)) continue;
    if (cgroup_tree_sweep(&dead.groups)) fprintf(stderr, "launcher: control groups stayed: %s\n", strerror(errno));
    remove_instance(&dead);
    close(dead.lock);
  }
}

/* Ours until the socket stands: what may be left of a dead worker must find nothing to put in its place. Then the worker's, and
 * nobody else can reach the socket in there. */
static void listen_on_socket(struct supervisor *s) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strcpy(address.sun_path, s->socket_path);
  if (mkdir(s->directory, 0700) && errno != EEXIST) die(s->directory);
  if (lchown(s->directory, 0, 0) || (unlink(s->socket_path) && errno != ENOENT)) die(s->directory);
  s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  umask(0); /* anybody's, within the directory */
  if (s->listener < 0 || bind(s->listener, (struct sockaddr *)&address, sizeof address)) die(s->socket_path);
  umask(022);
  if (listen(s->listener, 4) || lchown(s->directory, s->worker_uid, s->worker_uid)) die(s->directory);
}

static void announce(const struct supervisor *s) {
  printf("%s %u %u\n", s->socket_path, s->worker_uid, s->worker_uid);
  fflush(stdout);
}

/* The launcher holds the lock with us: should we be killed, it removes what is left before another takes the place. */
static pid_t start_launcher(const struct supervisor *s, int signals, int *life_line) {
  const pid_t self = getpid();
  int line[2];
  if (pipe2(line, O_CLOEXEC)) die("pipe");
  pid_t launcher = fork();
  if (launcher < 0) die("fork");
  if (launcher == 0) {
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0) die("/dev/null");
    close(nothing);
    close(line[1]);
    close(signals);
    const struct launcher_options options = {.listener = s->listener,
                                             .life_line = line[0],
                                             .instance = s->instance,
                                             .worker_uid = s->worker_uid,
                                             .first_id = s->worker_uid + 2,
                                             .scratch = s->directory};
    int result = launcher_run(&options);
    if (getppid() != self) remove_instance(s);
    exit(result);
  }
  close(line[0]);
  *life_line = line[1];
  return launcher;
}

/* Whether the child has ended. Reaps whatever a dead launcher left us as its parent. */
static bool reap(pid_t launcher) {
  bool has_ended = false;
  for (pid_t pid; (pid = waitpid(-1, NULL, WNOHANG)) > 0;)
    if (pid == launcher) has_ended = true;
  return has_ended;
}

/* Waits until the launcher dies (true) or, when `is_watched`, our own life line ends (false). */
static bool wait_for_end(pid_t launcher, int signals, bool is_watched, int timeout_ms) {
  struct pollfd ends[] = {{.fd = signals, .events = POLLIN}, {.fd = is_watched ? 0 : -1, .events = POLLIN}};
  for (int64_t deadline = now_us() + timeout_ms * 1000ll;;) {
    int64_t left = timeout_ms < 0 ? -1 : (deadline - now_us()) / 1000;
    if (timeout_ms >= 0 && left <= 0) return false;
    poll(ends, 2, (int)left);
    signals_drain(signals);
    if (reap(launcher)) return true;
    char byte;
    if (is_watched && ends[1].revents && RETRY(read(0, &byte, 1)) <= 0) return false;
  }
}

static void sweep(const struct supervisor *s) {
  if (cgroup_tree_sweep(&s->groups)) fprintf(stderr, "launcher: control groups stayed: %s\n", strerror(errno));
  while (waitpid(-1, NULL, WNOHANG) > 0) continue;
}

static int supervise(const struct supervisor *s, int signals) {
  for (int short_lives = 0;;) {
    int life_line;
    sweep(s);
    int64_t started = now_us();
    pid_t launcher = start_launcher(s, signals, &life_line);
    bool has_died = wait_for_end(launcher, signals, true, -1);
    close(life_line);
    if (!has_died) {
      if (!wait_for_end(launcher, signals, false, LAUNCHER_END_MS)) kill(launcher, SIGKILL);
      sweep(s);
      return 0;
    }
    short_lives = now_us() - started < SHORT_LIFE_US ? short_lives + 1 : 0;
    if (short_lives == SHORT_LIVES_MAX) return 1;
    fprintf(stderr, "launcher: it died; starting another\n");
  }
}

int main(int argc, char **argv) {
  static struct supervisor s;
  const char *missing;
  if (argc != 1) {
    fprintf(stderr, "usage: %s   (started by millrace; standard input is its life line)\n", argv[0]);
    return 2;
  }
  sys_close_range(3, ~0u);
  umask(022);
  if (clearenv() || prctl(PR_SET_CHILD_SUBREAPER, 1)) die("start");
  /* Programs in boxes inherit the session keyring: an empty one of our own, not that of whoever started the server. */
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS) die("session keyring");
  if (geteuid() != 0) {
    errno = EPERM;
    die("boxes are made with root's privileges");
  }
  if (!cgroup_find(&s.groups, 0, &missing)) {
    errno = ENOENT;
    fprintf(stderr, "launcher: the cgroup v1 controller \"%s\" is not mounted\n", missing);
    return 1;
  }
  take_instance(&s);
  remove_dead_instances(s.instance);
  listen_on_socket(&s);
  int signals = signals_open();
  if (signals < 0) die("signalfd");
  announce(&s);
  int result = supervise(&s, signals);
  remove_instance(&s);
  return result;
}
