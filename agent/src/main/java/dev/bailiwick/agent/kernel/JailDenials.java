package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.report.Denial;
import java.util.List;

/** The system calls that jails were denied. */
public interface JailDenials {

    /**
     * Returns the denials since the last call, or since this kernel was opened. Also empty if the host cannot see denials, see
     * {@link JailKernel#facts}.
     */
    List<Denial> denials();
}
