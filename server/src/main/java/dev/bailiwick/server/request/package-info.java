/** Reading requests: their path, server name, parameters, body and conditions, which are rejected if they cannot be read. */
@NullMarked
package dev.bailiwick.server.request;

import org.jspecify.annotations.NullMarked;
