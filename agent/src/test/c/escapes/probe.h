/*
 * What every attempt to leave a jail is made with. Each attempt runs in a child of its own, stops at the gate (open, socket,
 * ioctl, mount) and says on one line what it got: done, or stopped with the reason. Nothing is ever written through a gate.
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

/* Outside a jail, where the same attempt shows that the technique is real. */
extern int is_outside;

/* An empty directory for the attempt, gone with it; empty where there could be none. */
extern char room[32];

/* What the attempt is called. */
const char *attempt_name(void);

/* A fact about the host that the test passes as NAME=VALUE; ends the program where it is missing. */
const char *fact(const char *name);

/* Each ends the attempt. */
void done(const char *what) __attribute__((noreturn));
void stopped(const char *why) __attribute__((noreturn));

/* Done where the result is not negative, else stopped with errno. */
void judge(long result, const char *what) __attribute__((noreturn));

/* Like judge; an errno that only who got past the permission check sees counts as done. */
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
