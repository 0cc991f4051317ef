/** What jails were refused by their filters: counted by hosts, kept by the hour, shown to whom the jail belongs. */
@NullMarked
package dev.bailiwick.server.denial;

import org.jspecify.annotations.NullMarked;
