/* The follower: tells the server of a file that root alone may read, whenever it changes; see follow.c. */
#pragma once

/* Until standard input ends. The result is the process's exit status. */
int follow_file(const char *path);
