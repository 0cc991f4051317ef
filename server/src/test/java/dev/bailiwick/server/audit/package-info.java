/** Tests of the audit. */
@NullMarked
package dev.bailiwick.server.audit;

import org.jspecify.annotations.NullMarked;
