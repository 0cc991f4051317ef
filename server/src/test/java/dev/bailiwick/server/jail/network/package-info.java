@NullMarked
package dev.bailiwick.server.jail.network;

import org.jspecify.annotations.NullMarked;
