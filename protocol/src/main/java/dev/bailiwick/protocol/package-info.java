/** The protocol between server and agent. All conversions between its messages and the types of jails are here. */
@NullMarked
package dev.bailiwick.protocol;

import org.jspecify.annotations.NullMarked;
