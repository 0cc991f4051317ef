/** The record of what was done and by whom: only ever added to, and chained so that a change to it shows. */
@NullMarked
package dev.bailiwick.server.audit;

import org.jspecify.annotations.NullMarked;
