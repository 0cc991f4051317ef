/** The whole road, with a real server, PostgreSQL, agent and kernel: processes of their own, killed where a test says so. */
@NullMarked
package dev.bailiwick.e2e;

import org.jspecify.annotations.NullMarked;
