/** Hosts: who they are, how they join, by which certificate they are known, and whether they are there. */
@NullMarked
package dev.bailiwick.server.host;

import org.jspecify.annotations.NullMarked;
