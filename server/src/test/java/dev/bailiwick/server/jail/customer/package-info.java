@NullMarked
package dev.bailiwick.server.jail.customer;

import org.jspecify.annotations.NullMarked;
