/*
 * For an interpreter that opens its main file before it boots: it looks at its first byte, goes on booting, and reads the rest
 * later. Ruby does. The file is there meanwhile, with one byte in it. When the interpreter looks for the end of the first line it
 * is done with everything else; then it stops, and finds the program's file under the same descriptor, and its first byte where
 * it had put the other one.
 */
#pragma once

/* What boots is a zygote. */
void early_boot(void);

/* The main file was opened. */
void early_opened(int fd);

/* Stops the interpreter, and comes back once its main file is there. From gate.c; gives its path. */
const char *gate_stop(void);

/* Lets the interpreter fork, which then knows that it is another process; what happens in place of its fork is `serve`, which
 * comes back in each process that is born. */
void early_fork(void (*serve)(void));
