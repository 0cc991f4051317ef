/** Hosts: their names, joining, certificates, and whether they are connected. */
@NullMarked
package dev.bailiwick.server.host;

import org.jspecify.annotations.NullMarked;
