/** A PostgreSQL of the server's own, for one machine: started, watched and stopped with it, durable like any other. */
@NullMarked
package dev.bailiwick.server.database;

import org.jspecify.annotations.NullMarked;
