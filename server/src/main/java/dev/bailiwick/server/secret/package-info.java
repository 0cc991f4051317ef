/** This installation's secret, and what is sealed or signed with it. */
@NullMarked
package dev.bailiwick.server.secret;

import org.jspecify.annotations.NullMarked;
