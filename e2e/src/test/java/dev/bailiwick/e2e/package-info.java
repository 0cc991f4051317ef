/** Tests of the whole product, with processes of a real server, PostgreSQL and agent, and a real kernel. Some tests kill these. */
@NullMarked
package dev.bailiwick.e2e;

import org.jspecify.annotations.NullMarked;
