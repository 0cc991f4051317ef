/** This installation's secret key, for sealing and signing. */
@NullMarked
package dev.bailiwick.server.secret;

import org.jspecify.annotations.NullMarked;
