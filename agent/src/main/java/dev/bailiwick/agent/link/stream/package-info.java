/** Streams of bytes between the server and what this host has, each for one purpose. */
@NullMarked
package dev.bailiwick.agent.link.stream;

import org.jspecify.annotations.NullMarked;
