/** Calls that jails' filters blocked: counted by the hosts, stored by the hour, shown to the jail's customer. */
@NullMarked
package dev.bailiwick.server.denial;

import org.jspecify.annotations.NullMarked;
