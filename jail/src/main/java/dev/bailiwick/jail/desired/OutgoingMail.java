package dev.bailiwick.jail.desired;

/** What the plan of a jail says about TCP port 25 (SMTP) beyond its host. */
public enum OutgoingMail {
    /** The pool of the jail's address decides. */
    BY_POOL,
    /** The jail does not reach it, whatever its pool says. */
    REFUSED
}
