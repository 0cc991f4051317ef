/*
 * Functions for all attempts to leave a jail. Each attempt runs in its own child, stops after the call that would open the way
 * (open, socket, ioctl, mount), and prints its result on one line: done, or stopped with the reason. It never writes anything.
 */
#ifndef PROBE_H
#define PROBE_H

#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>

struct attempt {
    const char *name;
    void (*make)(void);
};

extern const struct attempt crashes_attempts[], files_attempts[], kernel_attempts[], network_attempts[], processes_attempts[];

/* Whether the program runs outside a jail, where the same attempt shows that the technique works. */
extern int is_outside;

/* The path of an empty directory, deleted after the attempt; an empty string if it could not be created. */
extern char room[32];

/* Returns the name of the attempt. */
const char *attempt_name(void);

/* Returns a fact about the host that the test passes as NAME=VALUE; ends the program if it is missing. */
const char *fact(const char *name);

/* Both end the attempt. */
void done(const char *what) __attribute__((noreturn));
void stopped(const char *why) __attribute__((noreturn));

/* Done if the result is not negative, otherwise stopped with errno. */
void judge(long result, const char *what) __attribute__((noreturn));

/* Like judge, but an errno that appears only after the permission check counts as done. */
void judge_past(long result, int errno_past_the_gate, const char *what) __attribute__((noreturn));

/* Outside: not tried, because it could touch the whole machine. Inside: does nothing. */
void only_inside(void);

/* Outside: works in namespaces that end with the attempt. Inside: does nothing. */
void use_disposable(int namespaces);

/* See neighbours.c. */
int be_attacked(void);
int watch_file(const char *path);
int lease_file(const char *path);
int open_file(const char *path);

#endif
