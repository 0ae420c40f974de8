/*
 * millrace-launcher: the supervisor half, and main. (As `follow PATH` it is neither launcher nor supervisor: see follow.c.)
 * With the argument `reduced` boxes go without control groups: for a host on which there are none to be had. After `show` follows what
 * boxes may show of the host: a worker that was taken over cannot ask for more.
 *
 * The worker starts it while it still is root, with a pipe as standard input, and then gives up its own privileges. The supervisor
 * takes the first free instance of this host (its lock file tells), prints one line "SOCKET UID GID" on standard output (where
 * the launcher listens, and the ids that the worker must take), and keeps a launcher running until standard input ends. A byte
 * in there, whatever it is, says that the launcher does not answer: it is killed. The supervisor reads nothing else of the
 * worker, and nothing of a program; of the host it reads where the control groups are mounted. Whenever a launcher dies, and
 * before the first starts, it removes the groups that a dead one has left; at its own start those of every instance that was
 * killed as a whole.
 */
#include <linux/keyctl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "follow.h"
#include "instance.h"
#include "launcher.h"
#include "rootless.h"
#include "signals.h"
#include "system.h"

enum {
  LAUNCHER_END_MS = 10 * 1000,
  /* A launcher that dies young meets whatever killed the one before it: the next is given a pause first, twice as long each time. */
  SHORT_LIFE_US = 1000 * 1000,
  FIRST_PAUSE_MS = 50,
  SHORT_LIVES_MAX = 8
};

struct supervisor {
  struct instance_place place;
  struct instance instance;
  int listener, signals;
  bool is_reduced;
  char *const *sources;
};

static _Noreturn void die(const char *what) {
  fprintf(stderr, "launcher: %s: %s\n", what, strerror(errno));
  exit(1);
}

/* Ours until the socket stands: what may be left of a dead worker must find nothing to put in its place. Then the worker's, and
 * nobody else can reach the socket in there. */
static bool listen_on_socket(struct supervisor *s) {
  const struct instance *instance = &s->instance;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strcpy(address.sun_path, instance->socket_path);
  if (mkdir(instance->directory, 0700) && errno != EEXIST) return false;
  instance_empty(instance);
  s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  umask(0); /* anybody's, within the directory */
  if (s->listener < 0 || bind(s->listener, (struct sockaddr *)&address, sizeof address)) return false;
  umask(022);
  return !listen(s->listener, 4) && !lchown(instance->directory, instance->worker_uid, instance->worker_uid);
}

static void announce(const struct instance *instance) {
  printf("%s %u %u\n", instance->socket_path, instance->worker_uid, instance->worker_uid);
  fflush(stdout);
}

/* It holds the lock with the supervisor: should that be killed, it removes what is left before another takes the place. */
static _Noreturn void be_launcher(const struct supervisor *s, pid_t supervisor, int life_line) {
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0) die("/dev/null");
  close(nothing);
  const struct launcher_options options = {.listener = s->listener,
                                           .life_line = life_line,
                                           .instance = s->instance.number,
                                           .worker_uid = s->instance.worker_uid,
                                           .first_id = s->instance.first_id,
                                           .has_one_id = !s->place.is_root && !s->place.id_count,
                                           .is_reduced = s->is_reduced,
                                           .scratch = s->instance.directory,
                                           .sources = s->sources};
  int result = launcher_run(&options);
  if (getppid() != supervisor) instance_remove(&s->instance);
  exit(result);
}

/* -1 with errno when the host has no process or descriptor left. */
static pid_t start_launcher(const struct supervisor *s, int *life_line) {
  const pid_t self = getpid();
  int line[2];
  if (pipe2(line, O_CLOEXEC)) return -1;
  pid_t launcher = fork();
  if (launcher == 0) {
    close(line[1]);
    close(s->signals);
    be_launcher(s, self, line[0]);
  }
  int error = errno;
  close(line[0]);
  if (launcher > 0) *life_line = line[1];
  else close(line[1]);
  errno = error;
  return launcher;
}

/* Whether the child has ended. Reaps whatever a dead launcher left us as its parent. */
static bool reap(pid_t launcher) {
  bool has_ended = false;
  for (pid_t pid; (pid = waitpid(-1, NULL, WNOHANG)) > 0;)
    if (pid == launcher) has_ended = true;
  return has_ended;
}

enum end { LAUNCHER_DIED, LET_GO, TIME_OVER };

/* Waits until the launcher dies, if there is one, our own life line ends, where that is watched, or the time is over; none is -1. */
static enum end wait_for_end(const struct supervisor *s, pid_t launcher, bool is_watched, int timeout_ms) {
  struct pollfd ends[] = {{.fd = s->signals, .events = POLLIN}, {.fd = is_watched ? 0 : -1, .events = POLLIN}};
  for (int64_t deadline = now_us() + timeout_ms * 1000ll;;) {
    int64_t left = timeout_ms < 0 ? -1 : (deadline - now_us()) / 1000;
    if (timeout_ms >= 0 && left <= 0) return TIME_OVER;
    poll(ends, 2, (int)left);
    signals_drain(s->signals);
    if (reap(launcher)) return LAUNCHER_DIED;
    char bytes[64];
    if (!is_watched || !ends[1].revents) continue;
    if (RETRY(read(0, bytes, sizeof bytes)) <= 0) return LET_GO;
    if (launcher > 0) kill(launcher, SIGKILL); /* it does not answer */
  }
}

static void sweep(const struct supervisor *s) {
  instance_sweep(&s->instance);
  while (waitpid(-1, NULL, WNOHANG) > 0) continue;
}

/* One launcher's life, and what it left. */
static enum end run_launcher(const struct supervisor *s) {
  int life_line = -1;
  pid_t launcher = start_launcher(s, &life_line);
  if (launcher < 0) {
    fprintf(stderr, "launcher: it cannot be started: %s\n", strerror(errno));
    return LAUNCHER_DIED;
  }
  enum end end = wait_for_end(s, launcher, true, -1);
  close(life_line);
  if (end != LAUNCHER_DIED && wait_for_end(s, launcher, false, LAUNCHER_END_MS) == TIME_OVER) kill(launcher, SIGKILL);
  sweep(s);
  return end;
}

static int supervise(const struct supervisor *s) {
  for (int short_lives = 0, pause_ms = 0; short_lives < SHORT_LIVES_MAX;) {
    if (wait_for_end(s, -1, true, pause_ms) == LET_GO) return 0;
    int64_t started = now_us();
    if (run_launcher(s) == LET_GO) return 0;
    fprintf(stderr, "launcher: it died; starting another\n");
    short_lives = now_us() - started < SHORT_LIFE_US ? short_lives + 1 : 0;
    pause_ms = short_lives > 1 ? FIRST_PAUSE_MS << (short_lives - 2) : 0;
  }
  fprintf(stderr, "launcher: none lives; giving up\n");
  return 1;
}

/* As many open files as we may: the soft limit is for programs that use select(2). */
static void raise_descriptors(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit)) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/* For others than root: enters a namespace where it is root, and begins anew in there. What the kernel guards of a process that may
 * not be looked into then belongs to this user, and not to the host's root. */
static _Noreturn void enter_namespace(char **argv, char **how) {
  if (!DEFENCE("subordinate_ids")) how[5] = "0";
  const struct rootless ids = {.first_uid = (uid_t)strtoul(how[3], NULL, 10),
                               .first_gid = (gid_t)strtoul(how[4], NULL, 10),
                               .count = (unsigned)strtoul(how[5], NULL, 10)};
  char user[16];
  snprintf(user, sizeof user, "%u", getuid());
  const char *failed = rootless_enter(&ids);
  if (failed) die(failed);
  how[1] = "entered";
  how[3] = user;
  for (char **at = how + 4; (at[0] = at[1]); at++) continue;
  execv("/proc/self/exe", argv);
  die("/proc/self/exe");
}

static void take_place(struct instance_place *place, int argc, char **argv) {
  const char *directory = argc == 1 ? "/run/millrace" : argv[2];
  errno = ENAMETOOLONG;
  if (strlen(directory) >= sizeof place->directory) die(directory);
  strcpy(place->directory, directory);
  place->is_root = argc == 1;
  if (place->is_root) return;
  cgroup_set_user((uid_t)strtoul(argv[3], NULL, 10));
  place->id_count = (unsigned)strtoul(argv[4], NULL, 10);
}

/* Whether it was started as one of these, "reduced" before them and "show" with what follows it left out:
 *
 *   (nothing)                                        by root
 *   rootless DIRECTORY FIRST_UID FIRST_GID COUNT     by others, who have COUNT subordinate ids; see rootless.h
 *   entered DIRECTORY USER COUNT                     by that, in the namespace
 */
static bool is_known(int argc, char **argv) {
  return argc == 1 || (argc == 6 && !strcmp(argv[1], "rootless")) || (argc == 5 && !strcmp(argv[1], "entered"));
}

/* What follows "show". Leaves *argc at what comes before it. */
static char *const *cut_sources(int *argc, char **argv) {
  for (int i = 1; i < *argc; i++) {
    if (strcmp(argv[i], "show")) continue;
    *argc = i;
    return argv + i + 1;
  }
  return argv + *argc;
}

int main(int argc, char **argv) {
  static struct supervisor s;
  const char *missing;
  if (argc == 3 && strcmp(argv[1], "follow") == 0) return follow_file(argv[2]);
  s.sources = cut_sources(&argc, argv);
  s.is_reduced = argc > 1 && !strcmp(argv[1], "reduced");
  const int rest = argc - s.is_reduced;
  char **const how = argv + s.is_reduced; /* how[1] is the first of the others */
  if (!is_known(rest, how)) {
    fprintf(stderr, "usage: %s [reduced] [show SOURCE...]   (started by millrace; standard input is its life line)\n", argv[0]);
    return 2;
  }
  sys_close_range(3, ~0u);
  umask(022);
  raise_descriptors();
  if (clearenv()) die("start");
  if (rest == 6) enter_namespace(argv, how);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1)) die("start");
  /* Programs in boxes inherit the session keyring: an empty one of our own, not that of whoever started the server. In a container
   * nobody may have any. */
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS && errno != EPERM) die("session keyring");
  if (geteuid() != 0) {
    errno = EPERM;
    die("boxes are made with root's privileges");
  }
  take_place(&s.place, rest, how);
  s.place.is_reduced = s.is_reduced;
  struct cgroup_tree groups;
  if (!s.is_reduced && !cgroup_find(&groups, 0, &missing)) {
    errno = ENOENT;
    fprintf(stderr, "launcher: boxes cannot have control groups; what is missing: %s\n", missing);
    return 1;
  }
  if (!instance_take(&s.instance, &s.place)) die(s.place.directory);
  instance_remove_dead(&s.instance);
  int result = 1;
  if ((s.signals = signals_open()) < 0 || !listen_on_socket(&s)) {
    const int error = errno;
    const char *place = s.instance.socket_path, *remedy = error == EADDRINUSE ? s.instance.directory : NULL;
    if (remedy) fprintf(stderr, "launcher: cannot listen at %s: %s (remove %s)\n", place, strerror(error), remedy);
    else fprintf(stderr, "launcher: cannot listen at %s: %s\n", place, strerror(error));
  } else {
    announce(&s.instance);
    result = supervise(&s);
  }
  instance_remove(&s.instance);
  return result;
}
