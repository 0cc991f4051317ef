/** The logs of jails on disk: they are recorded in segments, found again, read and searched. */
@NullMarked
package dev.bailiwick.agent.recording;

import org.jspecify.annotations.NullMarked;
