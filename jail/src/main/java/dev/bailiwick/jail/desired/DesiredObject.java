package dev.bailiwick.jail.desired;

import dev.bailiwick.jail.ObjectId;

/** What a host must do about one object, for example a jail. */
public sealed interface DesiredObject permits DesiredJail {

    ObjectId id();

    /** Counts the definitions of this object, from 1. */
    long generation();
}
