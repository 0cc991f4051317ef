/** Addresses: the pools they come from, and which jail has which. */
@NullMarked
package dev.bailiwick.server.network;

import org.jspecify.annotations.NullMarked;
