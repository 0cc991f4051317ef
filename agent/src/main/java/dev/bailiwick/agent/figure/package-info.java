/** Figures of jails: collected every ten seconds, summed up every five minutes, kept until the server has them. */
@NullMarked
package dev.bailiwick.agent.figure;

import org.jspecify.annotations.NullMarked;
