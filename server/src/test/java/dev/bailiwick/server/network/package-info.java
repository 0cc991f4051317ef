/** Tests of this module. */
@NullMarked
package dev.bailiwick.server.network;

import org.jspecify.annotations.NullMarked;
