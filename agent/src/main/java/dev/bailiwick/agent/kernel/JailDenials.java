package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.report.Denial;
import java.util.List;

/** The calls that jails were denied. */
public interface JailDenials {

    /**
     * What jails were refused since the last call, or since this kernel was opened. Empty too where the host cannot see
     * it, see {@link JailKernel#facts}.
     */
    List<Denial> denials();
}
