/** Figures of jails: samples of ten seconds, kept for a day; the sums of five minutes, kept until the server has them. */
@NullMarked
package dev.bailiwick.agent.figure;

import org.jspecify.annotations.NullMarked;
