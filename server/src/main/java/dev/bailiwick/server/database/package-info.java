/** An embedded PostgreSQL for a server on one machine: started, watched and stopped by the server, and as durable as any other. */
@NullMarked
package dev.bailiwick.server.database;

import org.jspecify.annotations.NullMarked;
